/**
 * Releases and runs are numbered per application, so that a person can say them.
 * Two applications never collide: the number is what follows the last dash, the rest is the application's name.
 */
export const releaseId = (application: string, sequence: number): string => `${application}-r${sequence}`;
export const runId = (application: string, sequence: number): string => `${application}-${sequence}`;
