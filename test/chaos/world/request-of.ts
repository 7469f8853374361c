import { tagOf, type NumberedCommand } from '../script/commands';
import { REPAIR_POLICY } from '../script/repair-policy';

export interface HttpRequest {
  readonly method: 'PUT' | 'POST' | 'DELETE';
  readonly path: string;
  readonly body?: object;
}

/** What is not known before it happens. */
export interface Found {
  readonly kubeconfigs: Readonly<Record<string, string>>;
  /** Id of the hold that a command placed. */
  hold(placedBy: number): string;
  readonly repairs: { readonly url: string; readonly secret: string };
}

/** Every request gives its command's tag as the reason: by it the log says what became of the command. */
export const requestOf = ({ number, command }: NumberedCommand, found: Found): HttpRequest => {
  const reason = tagOf(number);
  const put = (path: string, body: object): HttpRequest => ({
    method: 'PUT',
    path,
    body: { ...body, reason },
  });
  const post = (path: string, body: object): HttpRequest => ({
    method: 'POST',
    path,
    body: { ...body, reason },
  });
  const remove = (path: string, query = ''): HttpRequest => ({
    method: 'DELETE',
    path: `${path}?reason=${encodeURIComponent(reason)}${query}`,
  });
  switch (command.do) {
    case 'register': {
      const { cluster, labels } = command;
      return put(`/clusters/${cluster}`, { labels, connection: { kubeconfig: found.kubeconfigs[cluster] } });
    }
    case 'forget':
      return remove(`/clusters/${command.cluster}`, `&workloads=${command.workloads}`);
    case 'define':
      return put(`/applications/${command.app}`, command.definition);
    case 'delete':
      return remove(`/applications/${command.app}`);
    case 'release': {
      const { app, do: _, ...body } = command;
      return post(`/applications/${app}/releases`, body);
    }
    case 'rollback': {
      const { app, do: _, ...body } = command;
      return post(`/applications/${app}/rollback`, body);
    }
    case 'scale':
      return post(`/applications/${command.app}/scale`, command.scale);
    case 'act': {
      const { run, do: _, ...body } = command;
      return post(`/runs/${run}/actions`, body);
    }
    case 'hold':
      return post('/holds', { scope: command.scope });
    case 'unhold':
      return remove(`/holds/${found.hold(command.placedBy)}`);
    case 'defineSidecar':
      return put(`/sidecars/${command.sidecar}`, command.definition);
    case 'releaseSidecar': {
      const { sidecar, version, image, strategy } = command;
      return post(`/sidecars/${sidecar}/releases`, {
        version,
        images: { [sidecar]: image },
        ...(strategy ? { strategy } : {}),
      });
    }
    case 'deleteSidecar':
      return remove(`/sidecars/${command.sidecar}`);
    case 'repairBy':
      return put(`/node-repair-policies/${REPAIR_POLICY}`, { ...command.policy, callback: found.repairs });
  }
};
