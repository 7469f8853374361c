import { celFunc, CelScalar, isCelList, isCelMap, type CelFunc, type CelValue } from '@bufbuild/cel';
import { nodesOf, type Expression } from './expression';

/** Passes through all loops of one evaluation; about 50 ms of ordinary work. A loop in a loop over 100 values takes 10,100. */
const MAX_PASSES = 20_000;

/** Cannot be written in CEL, so no condition can call or shadow it. */
const CHARGE = '@charge';

/**
 * Counts the passes of CEL's macros (`all`, `map`, …) and stops an evaluation that takes too many: conditions come with
 * requests, are evaluated on the worker's own thread, and three loops inside each other over 1,000 values would stop it
 * for minutes. The library has no limit of its own; a time limit would not do, because the same evidence must be judged
 * the same on every machine.
 */
export class LoopMeter {
  private left = MAX_PASSES;
  readonly charge: CelFunc = celFunc(CHARGE, [CelScalar.DYN], CelScalar.DYN, (range) => this.spend(range));

  /** Makes every loop below `root` ask first. Changes the tree. */
  attach(root: Expression): void {
    for (const { exprKind } of [...nodesOf(root)]) {
      if (exprKind.case !== 'comprehensionExpr' || exprKind.value.iterRange === undefined) continue;
      exprKind.value.iterRange = chargeFor(exprKind.value.iterRange);
    }
  }

  reset(): void {
    this.left = MAX_PASSES;
  }

  /** Looked at after an evaluation too: `||` and `&&` may have swallowed the error. */
  get exhausted(): boolean {
    return this.left < 0;
  }

  private spend(range: CelValue): CelValue {
    const passes = isCelList(range) || isCelMap(range) ? range.size : 0;
    this.left -= passes;
    if (this.exhausted) throw new RangeError('too many passes');
    return range;
  }
}

const chargeFor = (range: Expression): Expression => ({
  ...range,
  exprKind: {
    case: 'callExpr',
    value: { $typeName: 'cel.expr.Expr.Call', function: CHARGE, args: [range] },
  },
});

export const TOO_MANY_PASSES = `its loops take more than ${MAX_PASSES} passes over the answer`;
