export { startServer, type Role, type RunningServer } from './start-server';
export { readSettings, type Settings } from './settings';
