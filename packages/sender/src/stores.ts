// For those who write a delivery store: what every store would otherwise write again.
export { inputFault } from './errors/invalid-input.js';
export { refuseTransaction } from './errors/no-transaction.js';
export { HOUR_MS } from './ports/tallies.js';
export {
  columnsOf,
  type EndpointColumns,
  recordOf,
  type StoredEndpointColumns,
} from './record/endpoint-columns.js';
export { hoursOf, TALLY_HOURS } from './record/hours.js';
export { fromJson, jsonOrNull } from './record/json.js';
export { type List, pageOf, startOf } from './record/paging.js';
export { scopeParameter } from './record/scope.js';
