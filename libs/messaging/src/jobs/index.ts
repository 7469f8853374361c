export * from './job-queue';
export { openJobQueue, type JobQueueOptions } from './open-job-queue';
