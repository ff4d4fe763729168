import dagre from '@dagrejs/dagre';
import { Background, Controls, Position, ReactFlow, type Edge, type Node } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useMemo } from 'react';
import type { RunStep, RunTask } from './run-data.ts';
import styles from './step-graph.module.css';
import { stepLooks } from './step-looks.ts';

type PlannedStep = NonNullable<RunTask['plan']>['steps'][number];

const size = { width: 190, height: 46 };

const needsOf = (step: RunStep, planned: readonly PlannedStep[]): readonly string[] =>
  step.undoes === null && step.fallbackFor === null
    ? (planned.find(({ name }) => name === step.name)?.dependsOn ?? [])
    : [step.undoes ?? step.fallbackFor ?? ''];

/** As high as it needs, with room for what moves and enlarges it. */
const [leastPx, mostPx, aroundPx] = [200, 420, 96];

/** Left to right: what must come first stands before. */
const laidOut = (
  steps: readonly RunStep[],
  planned: readonly PlannedStep[],
): { nodes: Node[]; edges: Edge[]; height: number } => {
  const graph = new dagre.graphlib.Graph().setGraph({ rankdir: 'LR', nodesep: 18, ranksep: 56 });
  graph.setDefaultEdgeLabel(() => ({}));
  steps.forEach(({ name }) => graph.setNode(name, { ...size }));
  const edges = steps.flatMap((step) =>
    needsOf(step, planned)
      .filter((need) => graph.hasNode(need))
      .map((need): Edge => ({ id: `${need} ${step.name}`, source: need, target: step.name })),
  );
  edges.forEach(({ source, target }) => graph.setEdge(source, target));
  dagre.layout(graph);
  const nodes = steps.map((step): Node => {
    const { x, y } = graph.node(step.name) as { x: number; y: number };
    const { tone, word } = stepLooks[step.state];
    return {
      id: step.name,
      position: { x: x - size.width / 2, y: y - size.height / 2 },
      data: {
        label: (
          <span className={styles['label']} data-tone={tone}>
            <b>{step.name}</b>
            <span>{word}</span>
          </span>
        ),
      },
      ...size,
      sourcePosition: Position.Right,
      targetPosition: Position.Left,
    };
  });
  return { nodes, edges, height: Math.max(0, ...nodes.map(({ position }) => position.y + size.height)) };
};

/** What waits for what, with how each step stands. The list beside it says the same in words. */
export const StepGraph = ({
  steps,
  planned,
}: {
  steps: readonly RunStep[];
  planned: readonly PlannedStep[];
}) => {
  const { nodes, edges, height } = useMemo(() => laidOut(steps, planned), [steps, planned]);
  return (
    <div
      className={styles['graph']}
      role="img"
      style={{ height: `min(${Math.min(mostPx, Math.max(leastPx, height + aroundPx))}px, 60vh)` }}
      aria-label={`Graph of ${steps.length} steps. The list says the same.`}
    >
      <ReactFlow
        nodes={nodes}
        edges={edges}
        fitView
        fitViewOptions={{ maxZoom: 1 }}
        minZoom={0.15}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        edgesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        proOptions={{ hideAttribution: true }}
      >
        <Background gap={20} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
};
