import { jsonBody } from '../json-body.js';

/** The data of an event whose body is about 1 KiB on the wire. */
export const DATA: unknown = JSON.parse(jsonBody(1024 - 80, (data) => data).toString());
