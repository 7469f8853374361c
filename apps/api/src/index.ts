export { adminAuthentication, hashToken, type Authenticate } from './http/authentication';
export { createApi, type Api } from './start-api';
export type { ApiLogger, ApiOptions } from './options';
