export { readSettings, SettingsError, type Settings } from './settings';
export { startServer, type Part, type Server } from './start-server';
