import type { Json } from './json.ts';

export interface DiffLine {
  readonly kind: 'CONTEXT' | 'ADD' | 'REMOVE';
  readonly text: string;
  readonly oldNumber: number | null;
  readonly newNumber: number | null;
  /** The file ends with this line, and the line has no end. */
  readonly isUnterminated?: true;
}

export interface DiffHunk {
  readonly oldStart: number;
  readonly oldLines: number;
  readonly newStart: number;
  readonly newLines: number;
  readonly lines: readonly DiffLine[];
}

export interface FileDiff {
  readonly type: 'FILE';
  readonly path: string;
  readonly change: 'CREATE' | 'UPDATE' | 'DELETE';
  readonly additions: number;
  readonly deletions: number;
  readonly hunks: readonly DiffHunk[];
  readonly isBinary: boolean;
  /** True where hunks were left out because the change is too large to show whole. */
  readonly isTruncated: boolean;
}

/** So many lines of a file's whole change, from `from` on. */
export interface LinesQuery {
  readonly path: string;
  /** How many lines of the change come before: 0 for its beginning. */
  readonly from: number;
  readonly count: number;
}

/** A part of a file's whole change, however long that is. */
export interface ChangedLines {
  /** A hunk that goes on in the next part is cut, and says where each piece stands. */
  readonly hunks: readonly DiffHunk[];
  /** Of the whole change. */
  readonly totalLines: number;
  /** False where what was there before cannot be read: these are the new lines alone. */
  readonly hasBothSides: boolean;
}

export interface HttpRequestDiff {
  readonly type: 'HTTP_REQUEST';
  readonly method: string;
  readonly url: string;
  readonly headers: readonly { readonly name: string; readonly value: string; readonly isSecret: boolean }[];
  readonly body: string | null;
}

/** Of a kind that tells by itself whether something is lost by it, unless the executor knows better. */
interface Judged {
  /** True where what it takes away does not come back by itself: a service scaled to nothing. */
  readonly isDestructive?: boolean;
}

export interface FieldDiff extends Judged {
  readonly type: 'FIELD';
  /** A JSON Pointer. */
  readonly path: string;
  readonly before: Json;
  readonly after: Json;
}

/** Words that people will read: a post, a mail, a comment. */
export interface MessageDiff extends Judged {
  readonly type: 'MESSAGE';
  /** `#releases`, an address */
  readonly to: string;
  /** Null where it is taken back. */
  readonly text: string | null;
  /** Null where it is new. */
  readonly previousText: string | null;
}

/** Who may do what afterwards, or no longer. */
export interface PermissionDiff {
  readonly type: 'PERMISSION';
  readonly act: 'GRANT' | 'REVOKE';
  readonly subject: string;
  /** `writer` */
  readonly permission: string;
  readonly resource: string;
}

export interface TableRow {
  readonly kind: DiffLine['kind'];
  /** As many as there are columns. */
  readonly cells: readonly string[];
}

export interface TableDiff extends Judged {
  readonly type: 'TABLE';
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** Things that cease to exist, all of them. */
export interface DeletionsDiff {
  readonly type: 'DELETIONS';
  readonly title: string;
  readonly names: readonly string[];
}

export interface GraphNode {
  readonly id: string;
  readonly label: string;
  readonly kind: DiffLine['kind'];
}

export interface GraphEdge {
  readonly from: string;
  readonly to: string;
  readonly kind: DiffLine['kind'];
}

/** What depends on what. */
export interface GraphDiff extends Judged {
  readonly type: 'GRAPH';
  readonly title: string;
  readonly nodes: readonly GraphNode[];
  readonly edges: readonly GraphEdge[];
}

/** The ways in which a plan shows what will be different: a closed set, so that everybody can show each of them. */
export type Diff =
  | FileDiff
  | HttpRequestDiff
  | FieldDiff
  | MessageDiff
  | PermissionDiff
  | TableDiff
  | DeletionsDiff
  | GraphDiff;

const takesAway = (parts: readonly { readonly kind: DiffLine['kind'] }[]): boolean =>
  parts.some(({ kind }) => kind === 'REMOVE');

/** Whether something is lost by it: shown first, and marked. */
export const isDestructive = (diff: Diff): boolean => {
  switch (diff.type) {
    case 'FILE':
      return diff.change === 'DELETE';
    case 'HTTP_REQUEST':
      return diff.method.toUpperCase() === 'DELETE';
    case 'FIELD':
      return diff.isDestructive ?? diff.after === null;
    case 'MESSAGE':
      return diff.isDestructive ?? diff.text === null;
    case 'PERMISSION':
      return diff.act === 'REVOKE';
    case 'TABLE':
      return diff.isDestructive ?? takesAway(diff.rows);
    case 'DELETIONS':
      return true;
    case 'GRAPH':
      return diff.isDestructive ?? takesAway([...diff.nodes, ...diff.edges]);
  }
};

/** Whether nothing was left out of what people see: a file cut short, or one whose bytes are no text. */
export const isWhollyShown = ({ diffs }: { readonly diffs: readonly Diff[] }): boolean =>
  diffs.every((diff) => diff.type !== 'FILE' || (!diff.isTruncated && !diff.isBinary));
