import type { ObjectRef } from '../kubernetes/objects';
import type {
  AppliedObject,
  Delay,
  DriftChange,
  DriftEnd,
  HealthStatus,
  KeptObject,
  MadeNamespace,
  MadeObject,
  WorkloadCounts,
} from './events';

export type TargetCommand = { readonly application: string; readonly cluster: string } & (
  | {
      readonly type: 'RecordApplied';
      readonly generation: number;
      readonly hash: string;
      readonly objects: readonly AppliedObject[];
      readonly namespaces?: readonly MadeNamespace[];
      /** RFC 3339; with it ends the drift of these objects that is still open. */
      readonly at?: string;
    }
  | {
      readonly type: 'RecordMade';
      readonly objects: readonly MadeObject[];
      readonly namespaces?: readonly MadeNamespace[];
    }
  | {
      readonly type: 'RecordApplyFailed';
      readonly generation: number;
      readonly terminal: boolean;
      readonly object?: ObjectRef;
      readonly message: string;
    }
  | {
      readonly type: 'RecordHealth';
      readonly generation: number;
      readonly status: HealthStatus;
      readonly message: string;
      readonly workload?: WorkloadCounts;
    }
  | {
      readonly type: 'RecordDrift';
      readonly object: ObjectRef;
      readonly changes: readonly DriftChange[];
      /** RFC 3339, as all times here. */
      readonly at: string;
    }
  | {
      readonly type: 'RecordDriftCorrected';
      readonly object: ObjectRef;
      readonly at: string;
      readonly how: DriftEnd;
    }
  /** Has another look at what flaps: whatever has been calm for long enough is settled. */
  | { readonly type: 'RecordCalm'; readonly at: string }
  | {
      readonly type: 'RecordPruned';
      readonly objects: readonly ObjectRef[];
      readonly kept?: readonly KeptObject[];
      /** Log position up to which it was known what is owed. */
      readonly asOf: number;
    }
  | { readonly type: 'RecordDelays'; readonly objects: readonly Delay[] }
  | {
      readonly type: 'RecordStray';
      readonly object: ObjectRef;
      readonly uid: string;
      readonly generation: number;
    }
  | {
      readonly type: 'RecordSwitched';
      readonly generation: number;
      readonly service: string;
      readonly colour: 'blue' | 'green';
      readonly release: string;
    }
  | {
      readonly type: 'RetireIdleColour';
      /** Of the plan that has it: a newer plan may have another use for it. */
      readonly generation: number;
      readonly colour: 'blue' | 'green';
      readonly release: string;
    }
);
