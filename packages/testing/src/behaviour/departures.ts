import type { RawConnection } from '../scene/raw-connection.js';

/** How clients go away: without a word, or politely. */
export const departures: readonly (readonly [how: string, leave: (connection: RawConnection) => void])[] = [
  ['reset', (connection) => connection.abort()],
  ['closed', (connection) => connection.close()],
];
