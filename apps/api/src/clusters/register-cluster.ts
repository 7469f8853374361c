import { Inject } from '@nestjs/common';
import { Command, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { clusterDecider, clusterStream, sameJson, type ConnectionRef, type Labels } from '@keelson/domain';
import { VaultKeyError, type CommandContext, type CommandUnit, type Vault } from '@keelson/event-store';
import { expiryOf, parseConnection, type ClusterConnection } from '@keelson/k8s';
import { CommandRunner, type Recorded } from '../commands/command-runner';
import { invalid } from '../http/problem';
import { VAULT } from '../options';
import type { ConnectionBody } from './clusters.operations';
import { expiryWarnings } from './expiry-warnings';

export class RegisterCluster extends Command<Recorded<{ warnings: readonly string[] }>> {
  constructor(
    readonly context: CommandContext,
    readonly cluster: string,
    readonly labels: Labels,
    readonly connection: ConnectionBody,
  ) {
    super();
  }
}

/** Credentials go into the vault before the event that names their version, so that none is ever named and missing. */
@CommandHandler(RegisterCluster)
export class RegisterClusterHandler implements ICommandHandler<RegisterCluster> {
  constructor(
    private readonly runner: CommandRunner,
    @Inject(VAULT) private readonly vault: Vault,
  ) {}

  async execute({ context, cluster, labels, connection }: RegisterCluster) {
    const parsed = parseConnection(connectionInput(connection));
    if (!parsed.ok) throw invalid(parsed.errors);
    const { server } = parsed.connection;
    const expiry = expiryOf(parsed.connection);
    const { warnings: recorded } = parsed;
    const warnings = [...recorded, ...expiryWarnings(expiry?.at, Date.now())];
    let stored: string | undefined;
    return this.runner.run(context, async (unit) => {
      stored ??= await this.credentials(unit, cluster, parsed.connection);
      const ref: ConnectionRef = {
        server,
        credentials: stored,
        warnings: recorded,
        ...(expiry ? { expiresAt: expiry.at } : {}),
      };
      await unit.decide(clusterDecider, clusterStream(cluster), {
        type: 'RegisterCluster',
        cluster,
        labels,
        connection: ref,
      });
      return { warnings };
    });
  }

  /** The version in the vault that holds this connection: the one in use if it is the same, else a new one. */
  private async credentials(
    unit: CommandUnit,
    cluster: string,
    connection: ClusterConnection,
  ): Promise<string> {
    const name = vaultName(cluster);
    const { state } = await unit.load(clusterDecider, clusterStream(cluster));
    if (state.exists && state.phase !== 'Forgotten') {
      const { credentials } = state.connection;
      if (sameJson(await this.read(name, credentials), connection)) return credentials;
    }
    return this.vault.put(name, JSON.stringify(connection));
  }

  /** What cannot be decrypted any more is to be replaced: that is how a lost key is recovered from. */
  private async read(name: string, version: string): Promise<unknown> {
    try {
      const plain = await this.vault.get(name, version);
      return plain && (JSON.parse(plain.toString('utf8')) as unknown);
    } catch (error) {
      if (error instanceof VaultKeyError) return undefined;
      throw error;
    }
  }
}

/** Under this name the workers find the connection too. */
const vaultName = (cluster: string): string => `cluster/${cluster}`;

const connectionInput = ({ kubeconfig, server = '', caData, token }: ConnectionBody) =>
  kubeconfig === undefined
    ? { server, ...(caData === undefined ? {} : { caData }), ...(token === undefined ? {} : { token }) }
    : { kubeconfig };
