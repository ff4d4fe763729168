import type { Environment, NoticeChannel } from '@countersign/shared';

/** Where people can be told here, as configuration says. */
export interface NoticeDestinations {
  readonly reachable: { readonly slack: boolean; readonly mail: boolean };
  /** Places that are told of all approvals and alerts. */
  readonly everybody: readonly { readonly channel: NoticeChannel; readonly place: string }[];
  /** Where requests may be decided outside of the console; null for nowhere. */
  readonly decidesIn: readonly Environment[] | null;
  readonly digestMs: number;
}
