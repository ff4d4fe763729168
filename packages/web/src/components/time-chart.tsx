import { useEffect, useEffectEvent, useRef } from 'react';
// Before uPlot, which reads the language when it is imported.
import './mend-browser-language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { ticksUpTo, type RoundStep } from './time-chart-steps.ts';
import styles from './time-chart.module.css';

export interface TimeSeries {
  readonly label: string;
  /** A custom property of the theme: `--blue`. */
  readonly colour: `--${string}`;
  readonly values: readonly (number | null)[];
  readonly scale: 'left' | 'right';
  readonly isFilled: boolean;
  readonly format: (value: number) => string;
  readonly step: RoundStep;
}

export interface TimeChartProps {
  /** Seconds since the epoch. */
  readonly times: readonly number[];
  readonly series: readonly TimeSeries[];
  readonly height: number;
  /** Called with the index under the pointer, or null. */
  readonly onPoint: (index: number | null) => void;
}

const colourOf = (element: Element, name: string): string => {
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  element.append(probe);
  const { color } = getComputedStyle(probe);
  probe.remove();
  return color;
};

const withAlpha = (colour: string, alpha: number): string =>
  colour.startsWith('rgb(') ? colour.replace('rgb(', 'rgba(').replace(')', `, ${alpha})`) : colour;

const fill =
  (colour: string): uPlot.Series.Fill =>
  (plot) => {
    const gradient = plot.ctx.createLinearGradient(0, plot.bbox.top, 0, plot.bbox.top + plot.bbox.height);
    gradient.addColorStop(0, withAlpha(colour, 0.24));
    gradient.addColorStop(1, withAlpha(colour, 0.02));
    return gradient;
  };

// A const enum of a declaration file has no value to import.
// oxlint-disable-next-line typescript/no-unsafe-enum-assignment
const rightSide = 1 as uPlot.Axis.Side;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const day = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric', month: 'short' });
const daySeconds = 86_400;

/** Hours within a day; over several days, the day where it begins and hours between. */
const timeLabels = (spanSeconds: number, seconds: readonly number[]): string[] =>
  seconds.map((at) => {
    const date = new Date(at * 1_000);
    const isMidnight = date.getHours() === 0 && date.getMinutes() === 0;
    return spanSeconds > daySeconds && isMidnight ? day.format(date) : clock.format(date);
  });

const font = '11px "Inter Variable", system-ui, sans-serif';

/** Room for the longest label, and never so little that a first number moves the chart. */
const widthOf: uPlot.Axis.Size = (_plot, labels) =>
  Math.max(36, ...(labels ?? []).map((label) => 14 + 7 * label.length));

/** One axis for each scale: its range ends at a tick, so nothing is drawn above the last. */
const scaleOf = (series: readonly TimeSeries[], scale: TimeSeries['scale']) => {
  const drawn = series.filter((one) => one.scale === scale);
  const values = drawn.flatMap((one) => one.values.filter((value) => value !== null));
  const ticks = ticksUpTo(Math.max(0, ...values), drawn[0]?.step ?? ((least) => least));
  const format = drawn[0]?.format ?? String;
  return {
    range: [0, ticks.at(-1) ?? 1] as uPlot.Range.MinMax,
    axis: {
      scale,
      show: values.length > 0,
      size: widthOf,
      gap: 8,
      splits: ticks,
      values: () => ticks.map(format),
    },
  };
};

const optionsFor = (box: HTMLElement, { times, series, height, onPoint }: TimeChartProps): uPlot.Options => {
  const muted = colourOf(box, '--muted');
  const line = colourOf(box, '--line');
  const axis = { stroke: muted, font, ticks: { show: false }, grid: { stroke: line, width: 1 } };
  const spanSeconds = (times.at(-1) ?? 0) - (times[0] ?? 0);
  const [left, right] = [scaleOf(series, 'left'), scaleOf(series, 'right')];
  return {
    width: box.clientWidth,
    height,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      left: { range: left.range },
      right: { range: right.range },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 18,
        space: 70,
        values: (_plot, seconds) => timeLabels(spanSeconds, seconds),
      },
      { ...axis, ...left.axis },
      { ...axis, ...right.axis, side: rightSide, grid: { show: false } },
    ],
    series: [
      {},
      ...series.map((one): uPlot.Series => {
        const stroke = colourOf(box, one.colour);
        return {
          label: one.label,
          scale: one.scale,
          stroke,
          width: 1.5,
          // A value between two gaps makes no line.
          points: { show: one.values.includes(null) || one.values.length === 1, size: 5, fill: stroke },
          ...(one.isFilled ? { fill: fill(stroke) } : {}),
        };
      }),
    ],
    hooks: { setCursor: [(plot) => onPoint(plot.cursor.idx ?? null)] },
  };
};

/** Lines over time on a canvas. It says nothing to a screen reader: a table stands beside it. */
export const TimeChart = (props: TimeChartProps) => {
  const box = useRef<HTMLDivElement>(null);
  const { times, series, height } = props;
  const plotOn = useEffectEvent((element: HTMLElement) => {
    const data = [[...times], ...series.map((one) => [...one.values])] as uPlot.AlignedData;
    return new uPlot(optionsFor(element, props), data, element);
  });
  // Drawn anew for new data only.
  useEffect(() => {
    const element = box.current;
    if (!element) return;
    let plot = plotOn(element);
    const resized = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height }));
    resized.observe(element);
    const themed = new MutationObserver(() => {
      plot.destroy();
      plot = plotOn(element);
    });
    themed.observe(document.documentElement, { attributeFilter: ['data-mantine-color-scheme'] });
    return () => {
      resized.disconnect();
      themed.disconnect();
      plot.destroy();
    };
  }, [times, series, height]);
  return <div ref={box} className={styles['chart']} style={{ height }} aria-hidden />;
};
