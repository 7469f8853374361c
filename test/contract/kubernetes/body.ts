/** Kubernetes objects and Status bodies of unknown shape; the tests are what checks them. */
export type Body = any;
