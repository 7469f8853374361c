export { startOpenKruise, type OpenKruise } from './open-kruise';
