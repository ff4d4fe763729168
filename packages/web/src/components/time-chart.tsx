import { useEffect, useEffectEvent, useRef } from 'react';
// Before uPlot, which reads the language when it is imported.
import './mend-browser-language.ts';
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import styles from './time-chart.module.css';

export interface TimeSeries {
  readonly label: string;
  /** A custom property of the theme: `--blue`. */
  readonly colour: `--${string}`;
  readonly values: readonly (number | null)[];
  readonly scale: 'left' | 'right';
  readonly isFilled: boolean;
  readonly format: (value: number) => string;
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
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const right = 1 as uPlot.Axis.Side;
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const hourAndMinute = (seconds: number): string => clock.format(new Date(seconds * 1_000));

const font = '11px "Inter Variable", system-ui, sans-serif';

/** Room for the longest label, and never so little that a first number moves the chart. */
const widthOf: uPlot.Axis.Size = (_plot, labels) =>
  Math.max(36, ...(labels ?? []).map((label) => 14 + 7 * label.length));

const optionsFor = (box: HTMLElement, { series, height, onPoint }: TimeChartProps): uPlot.Options => {
  const muted = colourOf(box, '--muted');
  const line = colourOf(box, '--line');
  const axis = { stroke: muted, font, ticks: { show: false }, grid: { stroke: line, width: 1 } };
  const formatOf = (scale: TimeSeries['scale']) =>
    series.find((one) => one.scale === scale)?.format ?? String;
  return {
    width: box.clientWidth,
    height,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
    scales: {
      x: { time: true },
      left: { range: (_plot, _least, most) => [0, most <= 0 ? 1 : most * 1.12] },
      right: { range: (_plot, _least, most) => [0, most <= 0 ? 1 : most * 1.4] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        size: 24,
        space: 70,
        values: (_plot, seconds) => seconds.map(hourAndMinute),
      },
      {
        ...axis,
        scale: 'left',
        size: widthOf,
        gap: 8,
        values: (_plot, values) => values.map((value) => formatOf('left')(value)),
      },
      {
        ...axis,
        scale: 'right',
        side: right,
        size: 56,
        gap: 8,
        grid: { show: false },
        values: (_plot, values) => values.map((value) => formatOf('right')(value)),
      },
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
          // One value alone makes no line.
          points: { show: one.values.filter((value) => value !== null).length === 1, size: 6, fill: stroke },
          spanGaps: true,
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
