/**
 * The types of CDEvents that events of the log are sent as, in the version that the SDKs know best; those that have none
 * there are sent as `dev.keelson.TYPE`. https://github.com/cdevents/spec/tree/v0.4.1
 */
const SERVICE_DEPLOYED = 'dev.cdevents.service.deployed.0.2.0';
const SERVICE_UPGRADED = 'dev.cdevents.service.upgraded.0.2.0';
const FINISHED = 'dev.cdevents.pipelinerun.finished.0.2.0';

const CD_EVENTS: Readonly<Record<string, readonly string[]>> = {
  ClusterRegistered: ['dev.cdevents.environment.created.0.2.0'],
  ClusterLabelsChanged: ['dev.cdevents.environment.modified.0.2.0'],
  ClusterForgotten: ['dev.cdevents.environment.deleted.0.2.0'],
  RunCreated: ['dev.cdevents.pipelinerun.started.0.2.0'],
  RunSucceeded: [FINISHED],
  RunFailed: [FINISHED],
  RunRolledBack: [FINISHED],
  RunSuperseded: [FINISHED],
  RunAborted: [FINISHED],
  ClusterSucceeded: [SERVICE_DEPLOYED, SERVICE_UPGRADED],
  ClusterRolledBack: ['dev.cdevents.service.rolledback.0.2.0'],
};

/** All types that an event of this type may be sent as. */
export const messageTypesOf = (type: string): readonly string[] =>
  (Object.hasOwn(CD_EVENTS, type) ? CD_EVENTS[type] : undefined) ?? [`dev.keelson.${type}`];

/** The type that an event is sent as. `wasThere`: its cluster had a release of the application before. */
export const messageTypeOf = (type: string, wasThere: boolean): string => {
  const [first = type, upgraded] = messageTypesOf(type);
  return wasThere && upgraded !== undefined ? upgraded : first;
};

export const isCdEventType = (messageType: string): boolean => messageType.startsWith('dev.cdevents.');
