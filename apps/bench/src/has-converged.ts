export interface Deployment {
  readonly metadata: { readonly namespace: string; readonly generation: number };
  readonly spec: {
    readonly replicas: number;
    readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly replicas?: number;
    readonly updatedReplicas?: number;
    readonly readyReplicas?: number;
  };
}

/** Its controller has seen the spec, and all its pods are of the image and Ready. */
export const hasConverged = ({ metadata, spec, status = {} }: Deployment, image: string): boolean =>
  spec.template.spec.containers[0]?.image === image &&
  status.observedGeneration === metadata.generation &&
  status.updatedReplicas === spec.replicas &&
  status.readyReplicas === spec.replicas &&
  status.replicas === spec.replicas;
