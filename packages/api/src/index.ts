export { type ApiKey, apiKeys } from './authenticate/api-keys.js';
export type { Authenticate, Caller, Scope } from './authenticate/caller.js';
export { createManagementApi, type ManagementApi } from './create-management-api.js';
export type { ManagementApiOptions } from './management-options.js';
export { type ManagementErrorCode, managementErrors, type ProblemCode } from './problem/management-errors.js';
export type { ManagedSender } from './routes/services.js';
