import type { parse } from '@bufbuild/cel';

/** A node of CEL's syntax tree (cel.expr.Expr, github.com/google/cel-spec). */
export type Expression = ReturnType<typeof parse>['expr'];

const present = (...found: readonly (Expression | undefined)[]): Expression[] =>
  found.filter((one) => one !== undefined);

const childrenOf = ({ exprKind }: Expression): Expression[] => {
  switch (exprKind.case) {
    case 'selectExpr':
      return present(exprKind.value.operand);
    case 'callExpr':
      return present(exprKind.value.target, ...exprKind.value.args);
    case 'listExpr':
      return exprKind.value.elements;
    case 'structExpr':
      return exprKind.value.entries.flatMap(({ keyKind, value }) =>
        present(keyKind.case === 'mapKey' ? keyKind.value : undefined, value),
      );
    case 'comprehensionExpr': {
      const { iterRange, accuInit, loopCondition, loopStep, result } = exprKind.value;
      return present(iterRange, accuInit, loopCondition, loopStep, result);
    }
    default:
      return [];
  }
};

/** A node and all below it, parents first. */
export function* nodesOf(root: Expression): Generator<Expression> {
  yield root;
  for (const child of childrenOf(root)) yield* nodesOf(child);
}

/** What an expression mentions: free and bound names alike, and functions written by name. */
export interface Mentions {
  readonly names: ReadonlySet<string>;
  readonly bound: ReadonlySet<string>;
  readonly functions: ReadonlySet<string>;
  readonly loops: boolean;
}

/** Operators are calls as well, of functions such as `_<_` and `@in`, which nobody writes. */
const WRITTEN = /^[A-Za-z]\w*$/;

export const mentionsOf = (root: Expression): Mentions => {
  const names = new Set<string>();
  const bound = new Set<string>();
  const functions = new Set<string>();
  let loops = false;
  for (const { exprKind } of nodesOf(root)) {
    if (exprKind.case === 'identExpr') names.add(exprKind.value.name);
    else if (exprKind.case === 'callExpr' && WRITTEN.test(exprKind.value.function)) {
      functions.add(exprKind.value.function);
    } else if (exprKind.case === 'comprehensionExpr') {
      loops = true;
      bound.add(exprKind.value.iterVar).add(exprKind.value.accuVar);
    }
  }
  return { names, bound, functions, loops };
};
