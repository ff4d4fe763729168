import { IconArrowRight } from '@tabler/icons-react';
import { VisibleText } from '../visible-text.tsx';
import styles from './block-lines.module.css';
import { FieldDiffLines } from './field-diff.tsx';

type Kind = 'CONTEXT' | 'ADD' | 'REMOVE';

interface Message {
  readonly __typename: 'MessageDiff';
  readonly text: string | null;
  readonly previousText: string | null;
}
interface Permission {
  readonly __typename: 'PermissionDiff';
  readonly act: 'GRANT' | 'REVOKE';
  readonly subject: string;
  readonly permission: string;
  readonly resource: string;
}
interface Table {
  readonly __typename: 'TableDiff';
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly kind: Kind; readonly cells: readonly string[] }[];
}
interface Deletions {
  readonly __typename: 'DeletionsDiff';
  readonly names: readonly string[];
}
interface Graph {
  readonly __typename: 'GraphDiff';
  readonly nodes: readonly { readonly id: string; readonly label: string; readonly kind: Kind }[];
  readonly edges: readonly { readonly from: string; readonly to: string; readonly kind: Kind }[];
}
export type Block = Message | Permission | Table | Deletions | Graph;

const signs = { CONTEXT: ' ', ADD: '+', REMOVE: '−' } as const;
const spoken = { CONTEXT: '', ADD: 'added: ', REMOVE: 'removed: ' } as const;

const Sign = ({ kind }: { kind: Kind }) => (
  <>
    <span aria-hidden className={styles['sign']}>
      {signs[kind]}
    </span>
    {kind === 'CONTEXT' ? null : <span className="visually-hidden">{spoken[kind]}</span>}
  </>
);

const PermissionLines = ({ act, subject, permission, resource }: Permission) => (
  <ul className={styles['lines']}>
    <li data-kind={act === 'GRANT' ? 'ADD' : 'REMOVE'}>
      <Sign kind={act === 'GRANT' ? 'ADD' : 'REMOVE'} />
      <span>
        <VisibleText text={subject} /> {act === 'GRANT' ? 'becomes' : 'is no longer'}{' '}
        <b>
          <VisibleText text={permission} />
        </b>{' '}
        of <VisibleText text={resource} />
      </span>
    </li>
  </ul>
);

const TableLines = ({ title, columns, rows }: Table) => (
  <div className={styles['wide']}>
    <table className={styles['table']} aria-label={title}>
      <thead>
        <tr>
          <th>
            <span className="visually-hidden">Change</span>
          </th>
          {columns.map((column, index) => (
            <th key={index} scope="col">
              <VisibleText text={column} />
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ kind, cells }, index) => (
          <tr key={index} data-kind={kind}>
            <td>
              <Sign kind={kind} />
            </td>
            {cells.map((cell, column) => (
              <td key={column}>
                <VisibleText text={cell} />
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const DeletionLines = ({ names }: Deletions) => (
  <ul className={styles['lines']}>
    {names.map((name, index) => (
      <li key={index} data-kind="REMOVE">
        <Sign kind="REMOVE" />
        <VisibleText text={name} />
      </li>
    ))}
  </ul>
);

/** As a list of what there is and of what needs what: it reads aloud, and nothing of it is out of sight. */
const GraphLines = ({ nodes, edges }: Graph) => {
  const labels = new Map(nodes.map(({ id, label }) => [id, label]));
  return (
    <ul className={styles['lines']}>
      {nodes.map(({ id, label, kind }) => (
        <li key={id} data-kind={kind}>
          <Sign kind={kind} />
          <VisibleText text={label} />
        </li>
      ))}
      {edges.map(({ from, to, kind }, index) => (
        <li key={index} data-kind={kind}>
          <Sign kind={kind} />
          <span>
            <VisibleText text={labels.get(from) ?? from} /> <IconArrowRight size={12} aria-label="before" />{' '}
            <VisibleText text={labels.get(to) ?? to} />
          </span>
        </li>
      ))}
    </ul>
  );
};

const Lines = ({ block }: { block: Block }) => {
  switch (block.__typename) {
    case 'MessageDiff':
      return <FieldDiffLines before={block.previousText} after={block.text} />;
    case 'PermissionDiff':
      return <PermissionLines {...block} />;
    case 'TableDiff':
      return <TableLines {...block} />;
    case 'DeletionsDiff':
      return <DeletionLines {...block} />;
    case 'GraphDiff':
      return <GraphLines {...block} />;
  }
};

/** What a plan shows besides files, requests and fields, whichever platform it is of. */
export const BlockLines = ({ block }: { block: Block }) => (
  <div data-change>
    <Lines block={block} />
  </div>
);
