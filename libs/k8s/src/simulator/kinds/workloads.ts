import { type KubeObject } from '@keelson/domain';
import { type FieldProblem, invalidValue, required } from '../api/api-error';
import { matchesSelector } from '../api/selectors';
import {
  type JsonObject,
  changeItems,
  changeObject,
  equal,
  fill,
  isObject,
  objectAt,
  without,
} from '../json';
import { claimDefaults } from './cluster-kinds';
import { podSpecProblems, templateDefaults } from './pod';

/** Defaults and rules of the workloads, as in k8s.io/kubernetes/pkg/apis/{apps,batch}. */

const withTemplate = (spec: JsonObject): JsonObject => changeObject(spec, 'template', templateDefaults);

const spec = (object: KubeObject, update: (spec: JsonObject) => JsonObject): KubeObject =>
  changeObject(object, 'spec', (value) => withTemplate(update(value)));

export const deploymentDefaults = (object: KubeObject): KubeObject =>
  spec(object, (value) =>
    changeObject(
      fill(value, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {} }),
      'strategy',
      (strategy) => {
        const typed = fill(strategy, { type: 'RollingUpdate' });
        if (typed.type !== 'RollingUpdate') return typed;
        return changeObject(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
          fill(rolling, { maxSurge: '25%', maxUnavailable: '25%' }),
        );
      },
    ),
  );

export const replicaSetDefaults = (object: KubeObject): KubeObject =>
  spec(object, (value) => fill(value, { replicas: 1 }));

export const statefulSetDefaults = (object: KubeObject): KubeObject =>
  spec(object, (value) => {
    const filled = fill(value, {
      replicas: 1,
      podManagementPolicy: 'OrderedReady',
      revisionHistoryLimit: 10,
      updateStrategy: {},
    });
    const claims = changeItems(filled, 'volumeClaimTemplates', (claim) =>
      claimDefaults(fill(claim, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }) as KubeObject),
    );
    return changeObject(claims, 'updateStrategy', (strategy) => {
      const typed = fill(strategy, { type: 'RollingUpdate' });
      if (typed.type !== 'RollingUpdate') return typed;
      return changeObject(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
        fill(rolling, { partition: 0 }),
      );
    });
  });

export const daemonSetDefaults = (object: KubeObject): KubeObject =>
  spec(object, (value) =>
    changeObject(
      fill(value, { revisionHistoryLimit: 10, updateStrategy: {} }),
      'updateStrategy',
      (strategy) => {
        const typed = fill(strategy, { type: 'RollingUpdate' });
        if (typed.type !== 'RollingUpdate') return typed;
        return changeObject(fill(typed, { rollingUpdate: {} }), 'rollingUpdate', (rolling) =>
          fill(rolling, { maxSurge: 0, maxUnavailable: 1 }),
        );
      },
    ),
  );

/** The annotation in which the server counts a DaemonSet's templates. */
export const TEMPLATE_GENERATION = 'deprecated.daemonset.template.generation';

const withTemplateGeneration = (object: KubeObject, count: unknown): KubeObject => ({
  ...object,
  metadata: {
    ...object.metadata,
    annotations: { ...object.metadata.annotations, [TEMPLATE_GENERATION]: String(count) },
  },
});

export const firstTemplate = (object: KubeObject): KubeObject =>
  fill(withTemplateGeneration(object, 1), {
    status: { currentNumberScheduled: 0, desiredNumberScheduled: 0, numberMisscheduled: 0, numberReady: 0 },
  });

export function countTemplates(next: KubeObject, live: KubeObject): KubeObject {
  const count = Number(live.metadata.annotations?.[TEMPLATE_GENERATION] ?? 1);
  const isSame = equal(objectAt(next, 'spec').template, objectAt(live, 'spec').template);
  return withTemplateGeneration(next, isSame ? count : count + 1);
}

export const jobDefaults = (object: KubeObject): KubeObject =>
  spec(object, (value) =>
    fill(value, {
      completions: 1,
      parallelism: 1,
      backoffLimit: 6,
      completionMode: 'NonIndexed',
      suspend: false,
    }),
  );

/** A Job selects its pods by its own uid, which is known only once it is created. */
export const allocateSelector = (job: KubeObject): KubeObject =>
  changeObject(job, 'spec', (value) => {
    if (value.selector !== undefined) return value;
    const { uid, name } = job.metadata;
    const selected = { ...value, selector: { matchLabels: { 'controller-uid': uid } } };
    return changeObject(selected, 'template', (template) => {
      const metadata = objectAt(template, 'metadata');
      const labels = { ...objectAt(metadata, 'labels'), 'controller-uid': uid, 'job-name': name };
      return { ...template, metadata: { ...metadata, labels } };
    });
  });

export const cronJobDefaults = (object: KubeObject): KubeObject =>
  changeObject(object, 'spec', (value) =>
    changeObject(
      fill(value, {
        concurrencyPolicy: 'Allow',
        suspend: false,
        successfulJobsHistoryLimit: 3,
        failedJobsHistoryLimit: 1,
      }),
      'jobTemplate',
      (template) => changeObject(template, 'spec', withTemplate),
    ),
  );

const COUNTS = ['replicas', 'minReadySeconds', 'revisionHistoryLimit', 'progressDeadlineSeconds'];

/** Deployment, ReplicaSet, StatefulSet and DaemonSet. */
export function workloadProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const value = objectAt(next, 'spec');
  const template = objectAt(value, 'template');
  const problems = COUNTS.flatMap((field) => countProblem(value, field));
  problems.push(...selectorProblems(next, live));
  problems.push(...podSpecProblems(objectAt(template, 'spec'), 'spec.template.spec'));
  const policy = objectAt(template, 'spec').restartPolicy;
  if (policy !== undefined && policy !== 'Always') {
    problems.push({
      reason: 'FieldValueNotSupported',
      field: 'spec.template.spec.restartPolicy',
      message: `Unsupported value: ${JSON.stringify(policy)}: supported values: "Always"`,
    });
  }
  problems.push(...deadlineProblems(value), ...strategyProblems(value));
  return problems;
}

/** What of a StatefulSet may change; the rest is fixed at its creation. */
const MUTABLE = [
  'replicas',
  'template',
  'updateStrategy',
  'ordinals',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
];

export function statefulSetProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const problems = [...workloadProblems(next, live), ...updateStrategyProblems(next)];
  const fixed = (object: KubeObject) =>
    MUTABLE.reduce((rest, field) => without(rest, field), objectAt(object, 'spec'));
  if (live && live.spec !== next.spec && !equal(fixed(live), fixed(next))) {
    problems.push({
      reason: 'FieldValueForbidden',
      field: 'spec',
      message:
        "Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden",
    });
  }
  return problems;
}

function updateStrategyProblems(object: KubeObject): FieldProblem[] {
  const { type, rollingUpdate } = objectAt(objectAt(object, 'spec'), 'updateStrategy');
  if (type === 'RollingUpdate' || rollingUpdate === undefined) return [];
  const why = "only allowed for updateStrategy 'RollingUpdate'";
  return [invalidValue('spec.updateStrategy.rollingUpdate', rollingUpdate, why)];
}

export const controllerRevisionProblems = (next: KubeObject, live: KubeObject | undefined): FieldProblem[] =>
  live && !equal(live.data, next.data) ? [invalidValue('data', next.data, 'field is immutable')] : [];

const countProblem = (value: JsonObject, field: string): FieldProblem[] => {
  const count = value[field];
  return typeof count === 'number' && count < 0
    ? [invalidValue(`spec.${field}`, count, 'must be greater than or equal to 0')]
    : [];
};

function selectorProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const value = objectAt(next, 'spec');
  const labels = objectAt(objectAt(objectAt(value, 'template'), 'metadata'), 'labels');
  const problems = isObject(value.selector) ? [] : [required('spec.selector')];
  if (!matchesSelector(value.selector, labels)) {
    const why = '`selector` does not match template `labels`';
    problems.push(invalidValue('spec.template.metadata.labels', labels, why));
  }
  if (live && !equal(objectAt(live, 'spec').selector, value.selector)) {
    problems.push(invalidValue('spec.selector', value.selector, 'field is immutable'));
  }
  return problems;
}

function deadlineProblems({ progressDeadlineSeconds: deadline, minReadySeconds: minimum }: JsonObject) {
  return typeof deadline === 'number' && deadline <= (typeof minimum === 'number' ? minimum : 0)
    ? [invalidValue('spec.progressDeadlineSeconds', deadline, 'must be greater than minReadySeconds')]
    : [];
}

function strategyProblems(value: JsonObject): FieldProblem[] {
  const strategy = objectAt(value, 'strategy');
  const { maxSurge, maxUnavailable } = objectAt(strategy, 'rollingUpdate');
  if (strategy.type === 'Recreate' && strategy.rollingUpdate !== undefined) {
    return [
      {
        reason: 'FieldValueForbidden',
        field: 'spec.strategy.rollingUpdate',
        message: "Forbidden: may not be specified when strategy `type` is 'Recreate'",
      },
    ];
  }
  const isZero = (bound: unknown) => bound === 0 || bound === '0%';
  return isZero(maxSurge) && isZero(maxUnavailable)
    ? [
        invalidValue(
          'spec.strategy.rollingUpdate.maxUnavailable',
          maxUnavailable,
          'may not be 0 when `maxSurge` is 0',
        ),
      ]
    : [];
}

export function jobProblems(next: KubeObject, live: KubeObject | undefined): FieldProblem[] {
  const template = objectAt(objectAt(next, 'spec'), 'template');
  const problems = podSpecProblems(objectAt(template, 'spec'), 'spec.template.spec');
  if (!['OnFailure', 'Never'].includes(objectAt(template, 'spec').restartPolicy as string)) {
    problems.push(required('spec.template.spec.restartPolicy', 'valid values: "OnFailure", "Never"'));
  }
  if (live && !equal(objectAt(live, 'spec').template, template)) {
    problems.push(invalidValue('spec.template', template, 'field is immutable'));
  }
  return problems;
}
