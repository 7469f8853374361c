export { startServer, type Role, type RunningServer } from './server';
export { readSettings, type Settings } from './settings';
