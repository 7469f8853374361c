export { type Simulator, type SimulatorOptions, startSimulator } from './simulator';
export { SimulatedCluster } from './simulated-cluster';
export { type FaultPlan } from './faults/fault-plan';
export { type RequestCounts } from './http/request-counts';
export { DEFAULT_TIMINGS, type SimulatorTimings } from './timings';
