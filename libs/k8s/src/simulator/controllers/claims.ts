import { builtin } from '../api/registry';
import { objectAt } from '../json';
import { type StoreChange } from '../store/store';
import { type Controller, type ControllerContext, keyOf } from './context';

const CLAIM = builtin('', 'PersistentVolumeClaim');

/** Binds every volume claim at once, as a provisioner that never fails. */
export class ClaimController implements Controller {
  constructor(private readonly context: ControllerContext) {}

  observe({ kind, type, object }: StoreChange): void {
    if (type !== CLAIM || kind !== 'ADDED') return;
    this.context.scheduler.after(0, () => {
      const claim = this.context.get(CLAIM, keyOf(object));
      if (!claim || objectAt(claim, 'status').phase === 'Bound') return;
      const { accessModes, resources } = objectAt(claim, 'spec');
      this.context.updateStatus(CLAIM, claim, {
        phase: 'Bound',
        accessModes,
        capacity: objectAt(resources, 'requests'),
      });
    });
  }
}
