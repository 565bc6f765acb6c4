import { ManagementError } from '../problem/management-error.js';

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** What a path names; empty where it names none. */
export interface PathIds {
  readonly id: string;
  readonly deliveryId: string;
}

/** The ids of a path. What no id can be is answered as one that is not there. */
export function pathIds({ id, deliveryId }: Readonly<Record<string, string | undefined>>): PathIds {
  if (id !== undefined && !ID.test(id)) throw unknownEndpoint();
  if (deliveryId !== undefined && !ID.test(deliveryId)) throw unknownDelivery();
  return { id: id ?? '', deliveryId: deliveryId ?? '' };
}

function unknownEndpoint(): ManagementError {
  return new ManagementError('unknown_endpoint', 'there is no such endpoint');
}

/** The same words for what is not there, for what belongs to others, and for what is another endpoint's. */
export function unknownDelivery(): ManagementError {
  return new ManagementError('unknown_delivery', 'there is no such delivery');
}
