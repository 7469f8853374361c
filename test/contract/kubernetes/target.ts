/** An API server that the contract is checked against, simulated or real. */
export interface ContractTarget {
  readonly name: string;
  /** Base URL, with the path prefix if there is one. */
  readonly server: string;
  readonly token: string;
  /** The authority's certificate, PEM in base64; none for plain HTTP. */
  readonly caData?: string | undefined;
  /** Whether controllers work here: without them no pods, no garbage collection, no Namespace is ever emptied. */
  readonly controllers: boolean;
  /** Whether somebody follows CloneSets and SidecarSets here, once their CRDs are installed. */
  readonly openKruise?: boolean;
  /** Called once, after the last test. */
  readonly close?: () => Promise<void>;
}
