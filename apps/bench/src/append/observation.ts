import { accept, type Decider } from '@keelson/domain';

interface TargetState {
  readonly generation: number;
  readonly updated: number;
}
interface Observe {
  readonly generation: number;
  readonly updated: number;
}
interface TargetProgressed {
  readonly type: 'TargetProgressed';
  readonly data: Observe & Record<'application' | 'cluster' | 'run' | 'hash' | 'message', string>;
}

/** Of the size and shape of what a target records in a run. */
export const progressed = ({ generation, updated }: Observe): TargetProgressed => ({
  type: 'TargetProgressed',
  data: {
    application: 'shop',
    cluster: 'eu-1',
    run: 'shop-3',
    hash: 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9',
    message: `Deployment/web: ${updated} of 10 replicas are updated and ready`,
    generation,
    updated,
  },
});

export const target: Decider<TargetState, Observe, TargetProgressed> = {
  initial: { generation: 0, updated: 0 },
  decide: (_state, observed) => accept(progressed(observed)),
  evolve: (state, { data }) => ({ ...state, generation: data.generation, updated: data.updated }),
};
