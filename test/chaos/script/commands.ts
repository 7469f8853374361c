import type { KubeObject } from '@keelson/domain';
import type { RepairPolicy } from './repair-policy';

/** What users of the API ask for. Strategies, selectors and overrides are as in the API's own document. */
export type Command =
  | { readonly do: 'register'; readonly cluster: string; readonly labels: Labels }
  | { readonly do: 'forget'; readonly cluster: string; readonly workloads: 'delete' | 'orphan' }
  | { readonly do: 'define'; readonly app: string; readonly definition: Definition }
  | { readonly do: 'delete'; readonly app: string }
  | ({ readonly do: 'release'; readonly app: string } & ReleaseRequest)
  | { readonly do: 'rollback'; readonly app: string; readonly to: string; readonly strategy?: unknown }
  | { readonly do: 'scale'; readonly app: string; readonly scale: Scale }
  | {
      readonly do: 'act';
      readonly run: string;
      readonly action: string;
      readonly cluster?: string;
      readonly stage?: string;
    }
  | { readonly do: 'hold'; readonly scope: { readonly application?: string; readonly cluster?: string } }
  /** The hold that the command of that number placed. */
  | { readonly do: 'unhold'; readonly placedBy: number }
  | { readonly do: 'defineSidecar'; readonly sidecar: string; readonly definition: SidecarDefinition }
  | {
      readonly do: 'releaseSidecar';
      readonly sidecar: string;
      readonly version: string;
      readonly image: string;
      readonly strategy?: unknown;
    }
  | { readonly do: 'deleteSidecar'; readonly sidecar: string }
  | { readonly do: 'repairBy'; readonly policy: RepairPolicy };

export type Labels = Readonly<Record<string, string>>;

export interface Selector {
  readonly matchLabels?: Labels;
}

export interface Placement {
  readonly clusterSelector?: Selector;
  readonly clusterNames?: readonly string[];
}

export interface Override {
  readonly clusterSelector: Selector;
  readonly replicas?: number;
  /** Only `add` below `/data` of a ConfigMap: what is tested is who gets which, not RFC 6902. */
  readonly patches?: readonly {
    readonly target: { readonly kind: string; readonly name: string };
    readonly patch: readonly { readonly op: 'add'; readonly path: string; readonly value: string }[];
  }[];
}

export interface Definition {
  readonly namespace: string;
  readonly labels: Labels;
  readonly manifests: readonly KubeObject[];
  readonly placement: Placement;
  readonly overrides: readonly Override[];
  readonly strategy?: unknown;
}

export interface ReleaseRequest {
  readonly version: string;
  readonly images: Labels;
  readonly manifests?: readonly KubeObject[];
  readonly strategy?: unknown;
}

export interface Scale {
  readonly replicas: number;
  readonly workload: string;
  readonly clusterSelector?: Selector;
}

export interface SidecarDefinition {
  readonly containers: readonly { readonly name: string; readonly image: string }[];
  readonly applicationSelector: Selector;
  readonly placement: Placement;
  readonly strategy?: unknown;
}

/** A command with its place in the script; the log knows its events by `tagOf(number)`, their reason. */
export interface NumberedCommand {
  readonly number: number;
  readonly command: Command;
}

export const tagOf = (number: number): string => `chaos command ${number}`;

/** For the story of a failure. */
export const describeCommand = ({ number, command }: NumberedCommand): string =>
  `#${number} ${wordsOf(command)}`;

const wordsOf = (command: Command): string => {
  switch (command.do) {
    case 'register':
      return `register ${command.cluster} ${JSON.stringify(command.labels)}`;
    case 'forget':
      return `forget ${command.cluster}, ${command.workloads} its workloads`;
    case 'define':
      return `define ${command.app} ${outlineOf(command.definition)}`;
    case 'delete':
      return `delete ${command.app}`;
    case 'release':
      return `release ${command.app} ${command.version}${command.manifests ? ' with manifests' : ''}${byOf(command.strategy)}`;
    case 'rollback':
      return `roll ${command.app} back to ${command.to}${byOf(command.strategy)}`;
    case 'scale':
      return `scale ${command.app} ${JSON.stringify(command.scale)}`;
    case 'act':
      return `${command.action} ${command.run} ${command.cluster ?? command.stage ?? ''}`.trimEnd();
    case 'hold':
      return `hold ${JSON.stringify(command.scope)}`;
    case 'unhold':
      return `release the hold of #${command.placedBy}`;
    case 'defineSidecar':
      return `define sidecar ${command.sidecar} ${JSON.stringify(command.definition.placement)}`;
    case 'releaseSidecar':
      return `release sidecar ${command.sidecar} ${command.version}${byOf(command.strategy)}`;
    case 'deleteSidecar':
      return `delete sidecar ${command.sidecar}`;
    case 'repairBy':
      return `repair nodes by ${JSON.stringify(command.policy)}`;
  }
};

const byOf = (strategy: unknown): string => (strategy ? ` by ${JSON.stringify(strategy)}` : '');

const outlineOf = ({ manifests, placement, overrides, labels, strategy }: Definition): string =>
  JSON.stringify({
    objects: manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`),
    placement,
    overrides,
    labels,
    strategy,
  });
