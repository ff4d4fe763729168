import { Pill, type Tone } from '../../components/pill.tsx';
import { VisibleText } from '../../components/visible-text.tsx';
import type { GateEvaluation } from './run-data.ts';

const tones: Readonly<Record<GateEvaluation['status'], Tone>> = {
  PASS: 'green',
  FAIL: 'red',
  UNKNOWN: 'amber',
};

/** What a gate found, and who let the run go on nevertheless. */
export const GateWords = ({ gate }: { gate: GateEvaluation }) => (
  <>
    <Pill tone={tones[gate.status]}>{gate.status}</Pill> <VisibleText text={gate.message} />
    {gate.overriddenBy ? (
      <>
        {' '}
        Overridden by <VisibleText text={gate.overriddenBy} />:{' '}
        <VisibleText text={gate.overrideReason ?? ''} />
      </>
    ) : null}
  </>
);
