import type { Endpoint } from '@countersign/sender';
import { entityTag } from '../request/if-match.js';
import type { WireEndpoint } from '../schemas/endpoint.js';
import { wireEndpoint } from '../wire/endpoint.js';
import type { HeaderNote, Reply } from './route.js';

/** The entity tag of an endpoint, for the document. */
export const etag: HeaderNote = { name: 'ETag', description: 'The revision, for `If-Match`.' };

/** An endpoint as the whole answer. */
export function shown(endpoint: Endpoint): Reply<{ data: WireEndpoint }> {
  return { content: { data: wireEndpoint(endpoint) }, headers: { etag: entityTag(endpoint.revision) } };
}
