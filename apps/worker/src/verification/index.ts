export { jobClusterOver, type JobCluster } from './job-cluster';
export { takeMeasurement, type MeasurementDeps } from './take-measurement';
