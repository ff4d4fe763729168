import {
  IconAlertTriangle,
  IconArrowBackUp,
  IconArrowFork,
  IconCircle,
  IconCircleCheck,
  IconCircleDashed,
  IconCircleMinus,
  IconCircleX,
  IconProgress,
  IconSlash,
  type Icon,
} from '@tabler/icons-react';
import type { Tone } from '../../components/pill.tsx';
import type { RunStep } from './run-data.ts';

/** How a step's state is shown, wherever it is. */
export const stepLooks: Readonly<Record<RunStep['state'], { icon: Icon; tone: Tone; word: string }>> = {
  BLOCKED: { icon: IconCircleDashed, tone: 'grey', word: 'Waits for another step' },
  READY: { icon: IconCircle, tone: 'grey', word: 'Ready' },
  RUNNING: { icon: IconProgress, tone: 'blue', word: 'Running' },
  SUCCEEDED: { icon: IconCircleCheck, tone: 'green', word: 'Succeeded' },
  FAILED: { icon: IconCircleX, tone: 'red', word: 'Failed' },
  NEEDS_ATTENTION: { icon: IconAlertTriangle, tone: 'orange', word: 'Needs attention' },
  CANCELLED: { icon: IconSlash, tone: 'grey', word: 'Cancelled' },
  UNDONE: { icon: IconArrowBackUp, tone: 'magenta', word: 'Undone' },
  REPLACED: { icon: IconArrowFork, tone: 'amber', word: 'Failed, replaced by its fallback' },
  SKIPPED: { icon: IconCircleMinus, tone: 'grey', word: 'Not needed' },
};
