/** The marks that Keelson leaves on every object that it applies. */

/** Server-side-apply field manager. */
export const FIELD_MANAGER = 'keelson';

/** Server-side-apply field manager of a replica count that was handed over to an autoscaler. */
export const AUTOSCALED_MANAGER = 'keelson-autoscaled';

/** Label: the application that owns the object. Watches select by its presence; nothing without it is ever deleted. */
export const APPLICATION_LABEL = 'keelson.dev/application';

/** Annotation: the hash of the plan that the object was applied from. */
export const PLAN_ANNOTATION = 'keelson.dev/plan';

/** Annotation: the plan's generation (a log position, decimal). The fence: a lower one never overwrites a higher one. */
export const GENERATION_ANNOTATION = 'keelson.dev/generation';

/**
 * Annotation of workloads: the hash of the pod template that was applied last. What the API server keeps of a template
 * is full of defaults and normalised values, so that it cannot be compared with the plan's own.
 */
export const TEMPLATE_ANNOTATION = 'keelson.dev/template';

/** Annotation of objects that no manifest has: the `Kind/name` of the manifest that they were made for. */
export const MADE_FOR_ANNOTATION = 'keelson.dev/made-for';

/** Field manager of the cordons that node repair makes. */
export const NODE_REPAIR_MANAGER = 'keelson-node-repair';

/** Annotation of Nodes: the repair that we cordoned it for. A cordon without it is somebody else's. */
export const NODE_REPAIR_ANNOTATION = 'keelson.dev/node-repair';

/** Label of pods that a blue-green release tells apart, and key in the selector of the Service that serves one of them. */
export const COLOUR_LABEL = 'keelson.dev/colour';

/** Annotation of a Service whose selector goes from one colour to the other: `switch`, or `preview` of a preview. */
export const BLUE_GREEN_ANNOTATION = 'keelson.dev/blue-green';

/** Annotation of a colour's Deployment that is of another release than the rest of the plan: the name of that release. */
export const KEPT_ANNOTATION = 'keelson.dev/kept';
