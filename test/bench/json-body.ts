const item = (position: number): object => ({
  sku: `A-${String(position).padStart(6, '0')}`,
  quantity: 3,
  price: '19.99',
  currency: 'EUR',
});

const ITEM_BYTES = JSON.stringify(item(0)).length + 1;

/** JSON of exactly `size` bytes that looks like an event: line items, and padding for the rest. */
export function jsonBody(size: number, envelope: (data: object) => object): Buffer {
  const text = (items: number, padding: number): string =>
    JSON.stringify(
      envelope({ items: Array.from({ length: items }, (_, i) => item(i)), note: '-'.repeat(padding) }),
    );
  const items = Math.max(0, Math.floor((size - text(0, 0).length) / ITEM_BYTES));
  const padding = size - text(items, 0).length;
  // The first item has no comma before it.
  const body = Buffer.from(text(items, Math.max(0, padding)));
  if (body.length !== size) throw new Error(`a body of ${size} bytes cannot be made`);
  return body;
}
