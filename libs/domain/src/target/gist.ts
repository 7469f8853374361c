/**
 * A verdict's message without its numbers. A workload on its way counts replicas, and a transition for each would fill
 * the log; a new cause, such as an image that cannot be pulled, is news.
 */
export const gist = (message: string): string => message.replaceAll(/\d+/g, '#');
