import type { Sender } from '@countersign/sender';

interface Page<T> {
  readonly data: readonly T[];
  readonly nextCursor: string | undefined;
}

/** All pages of a list, with their cursors. */
async function pagesOf<T>(
  list: (cursor: string | undefined) => Promise<Page<T>>,
): Promise<readonly Page<T>[]> {
  const pages: Page<T>[] = [];
  for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
    const page = await list(cursor);
    pages.push(page);
    cursor = page.nextCursor;
  }
  return pages;
}

/** All that can be read of a record, page by page. */
export async function pictureOf(sender: Sender): Promise<Readonly<Record<string, unknown>>> {
  const endpoints = await pagesOf((cursor) => sender.endpoints.list({ tenant: '*', limit: 3, cursor }));
  const tenants = await Promise.all(
    ['acme', 'other'].map((tenant) =>
      pagesOf((cursor) => sender.endpoints.list({ tenant, limit: 1, cursor })),
    ),
  );
  const ids = [...endpoints.flatMap(({ data }) => data.map(({ id }) => id)), 'deleted'];
  const byEndpoint: Record<string, unknown> = {};
  for (const endpointId of ids) {
    const pages = await pagesOf((cursor) =>
      sender.deliveries.list({ endpointId, tenant: '*', limit: 7, cursor }),
    );
    const deliveries = pages.flatMap(({ data }) => data);
    const whole = deliveries.map(({ id }) => sender.deliveries.get(id, { tenant: '*' }));
    byEndpoint[endpointId] = {
      pages,
      whole: await Promise.all(whole),
      stats: await statsOf(sender, endpointId),
    };
  }
  const lost = await Promise.all(
    (['failed', 'skipped'] as const).map((status) =>
      pagesOf((cursor) => sender.deliveries.list({ status, tenant: '*', limit: 2, cursor })),
    ),
  );
  const ofEvent = await sender.deliveries.list({ eventId: 'odd', tenant: '*' });
  return { endpoints, tenants, byEndpoint, lost, ofEvent, totals: await sender.totals() };
}

async function statsOf(sender: Sender, endpointId: string): Promise<unknown> {
  return endpointId === 'deleted' ? undefined : sender.endpoints.stats(endpointId, { tenant: '*' });
}
