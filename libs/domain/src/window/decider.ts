import { accept, reject, type Decider, type DomainEvent } from '../kernel/decider';
import { sameJson } from '../kernel/same-json';
import type { Window, WindowDefinition } from './window';

export type WindowEvent =
  DomainEvent<'WindowDefined', Window> | DomainEvent<'WindowDeleted', { readonly window: string }>;

export type WindowCommand =
  | { readonly type: 'DefineWindow'; readonly window: string; readonly definition: WindowDefinition }
  | { readonly type: 'DeleteWindow' };

export type WindowState = { readonly exists: false } | { readonly exists: true; readonly window: Window };

export const windowDecider: Decider<WindowState, WindowCommand, WindowEvent> = {
  initial: { exists: false },

  decide: (state, command) => {
    if (command.type === 'DefineWindow') {
      const window: Window = { window: command.window, ...command.definition };
      if (state.exists && sameJson(state.window, window)) return accept();
      return accept({ type: 'WindowDefined', data: window });
    }
    if (!state.exists) return reject('notFound', 'window-not-found', 'no such window');
    return accept({ type: 'WindowDeleted', data: { window: state.window.window } });
  },

  evolve: (state, event) => {
    switch (event.type) {
      case 'WindowDefined':
        return { exists: true, window: event.data };
      case 'WindowDeleted':
        return { exists: false };
      default:
        return state;
    }
  },
};

export const windowStream = (window: string): string => `window/${window}`;
