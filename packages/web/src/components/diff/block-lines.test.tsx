import { cleanup, render, screen } from '@testing-library/react';
import { afterEach, expect, it } from 'vitest';
import { BlockLines, type Block } from './block-lines.tsx';

afterEach(cleanup);

const textOf = (block: Block): string => {
  const { container } = render(<BlockLines block={block} />);
  return (container.textContent ?? '').replaceAll(/\s+/gu, ' ').trim();
};

it.each<[string, Block, string]>([
  [
    'a message that changes',
    { __typename: 'MessageDiff', text: 'Now', previousText: 'Soon' },
    '−before: Soon+after: Now',
  ],
  [
    'a permission that is given',
    {
      __typename: 'PermissionDiff',
      act: 'GRANT',
      subject: 'Ann',
      permission: 'writer',
      resource: 'the plan',
    },
    '+added: Ann becomes writer of the plan',
  ],
  [
    'one that is taken away',
    {
      __typename: 'PermissionDiff',
      act: 'REVOKE',
      subject: 'Ann',
      permission: 'writer',
      resource: 'the plan',
    },
    '−removed: Ann is no longer writer of the plan',
  ],
  [
    'what ceases to exist',
    { __typename: 'DeletionsDiff', names: ['one', 'two\u202e'] },
    '−removed: one−removed: twoU+202E (right-to-left override)',
  ],
  [
    'a graph',
    {
      __typename: 'GraphDiff',
      nodes: [
        { id: 'a', label: 'Build', kind: 'CONTEXT' },
        { id: 'b', label: 'Test', kind: 'ADD' },
      ],
      edges: [{ from: 'a', to: 'b', kind: 'ADD' }],
    },
    'Build+added: Test+added: Build Test',
  ],
])('says all there is of %s', (_title, block, words) => {
  expect(textOf(block)).toBe(words);
});

it('shows the rows of a table under its columns', () => {
  const rows = [
    { kind: 'REMOVE' as const, cells: ['a', '1'] },
    { kind: 'ADD' as const, cells: ['b', '2'] },
  ];
  render(
    <BlockLines block={{ __typename: 'TableDiff', title: 'Prices', columns: ['name', 'price'], rows }} />,
  );
  expect(screen.getByRole('table', { name: 'Prices' })).toBeDefined();
  expect(screen.getAllByRole('columnheader').map(({ textContent }) => textContent)).toEqual([
    'Change',
    'name',
    'price',
  ]);
  expect(screen.getAllByRole('row').map(({ textContent }) => textContent)).toEqual([
    'Changenameprice',
    '−removed: a1',
    '+added: b2',
  ]);
});
