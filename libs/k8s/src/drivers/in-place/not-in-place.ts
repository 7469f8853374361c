/** Why a workload is not upgraded in place, as it is now. */
export interface NotInPlace {
  readonly notInPlace: string;
  /**
   * Something in the plan asks for new pods: where the strategy forbids those, the release is refused. False where
   * nothing is to be upgraded: the workload is not there, or its controller is rolling it already.
   */
  readonly needsNewPods: boolean;
}

export const isNotInPlace = (answer: object): answer is NotInPlace => 'notInPlace' in answer;

export const needsNewPods = (where: string): NotInPlace => ({ notInPlace: where, needsNewPods: true });

export const nothingToUpgrade = (why: string): NotInPlace => ({ notInPlace: why, needsNewPods: false });
