/** What a project uses of its limits, as it goes on: small charts of the last minutes. */
import { useSignal } from "@preact/signals";
import type { VNode } from "preact";
import { useEffect, useId } from "preact/hooks";
import { language } from "../../../state/language.ts";
import type { Limits, Usage } from "../../projects.ts";
import { useSite } from "../../site.ts";
import { projectSettings as words } from "../../strings/project-settings.ts";
import { inWords } from "../../ui/problems.ts";
import { repeatWhileVisible } from "../../ui/repeat.ts";
import { Problem } from "../../ui/ui.tsx";
import { useProject } from "./context.ts";
import { coresOf, polyline, SAMPLES } from "./usage-series.ts";

const MEASURE_EVERY_MS = 3000;
const MB = 1_000_000;

export function UsageCharts({ limits }: { readonly limits: Limits }): VNode {
  const here = useProject();
  const { projects } = useSite();
  const seen = useSignal<readonly Usage[]>([]);
  const problem = useSignal<string | null>(null);
  const id = useId();
  useEffect(() => {
    const measure = async (signal: AbortSignal): Promise<void> => {
      try {
        seen.value = [...seen.peek(), await projects.usage(here.id, signal)].slice(-SAMPLES);
        problem.value = null;
      } catch (error) {
        if (!signal.aborted) problem.value = inWords(error);
      }
    };
    return repeatWhileVisible(measure, MEASURE_EVERY_MS);
  }, [projects, here, seen, problem]);
  const all = seen.value;
  const series = (of: (usage: Usage) => number | null): readonly (number | null)[] => all.map(of);
  const isRunning = here.state.value === "running";
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>{words.usage()}</h3>
      <Problem text={problem.value} />
      <div class="charts">
        <Chart
          name={words.memory()}
          values={series(({ memory_bytes }) => memory_bytes)}
          limit={limits.memory_mb * MB}
          say={megabytes}
          isRunning={isRunning}
        />
        <Chart
          name={words.processor()}
          values={coresOf(all)}
          limit={limits.cores}
          say={shortly}
          unit={limits.cores === 1 ? words.core() : words.cores()}
          isRunning={isRunning}
        />
        <Chart
          name={words.processes()}
          values={series(({ processes }) => processes)}
          limit={limits.processes}
          say={shortly}
          isRunning={isRunning}
        />
        <Chart
          name={words.disk()}
          values={series(({ disk_bytes }) => disk_bytes)}
          limit={limits.disk_mb * MB}
          say={megabytes}
          isRunning={true}
        />
      </div>
      <p class="soft">{words.whoLimits()}</p>
    </section>
  );
}

interface ChartProps {
  readonly name: string;
  /** Null where it did not run, or could not be told. */
  readonly values: readonly (number | null)[];
  readonly limit: number;
  readonly isRunning: boolean;
  readonly unit?: string;
  say(value: number): string;
}

function Chart({ name, values, limit, isRunning, unit = "", say }: ChartProps): VNode {
  const last = values.at(-1) ?? null;
  const missing = isRunning ? (values.length < 2 ? "…" : words.unknown()) : words.notRunning();
  const text = last === null ? missing : words.of({ used: say(last), limit: `${say(limit)} ${unit}`.trim() });
  const share = last === null ? 0 : last / limit;
  return (
    <figure class="chart" data-full={share > 0.9 ? "" : undefined}>
      <figcaption>
        <strong>{name}</strong>
        <span class="soft">{text}</span>
      </figcaption>
      <svg viewBox={`0 0 ${SAMPLES - 1} 100`} preserveAspectRatio="none" role="img" aria-label={`${name}: ${text}`}>
        {polyline(values, limit).map((points) => (
          <polyline key={points} points={points} />
        ))}
      </svg>
    </figure>
  );
}

function shortly(value: number): string {
  return new Intl.NumberFormat(language.value, { maximumFractionDigits: 2 }).format(value);
}

function megabytes(bytes: number): string {
  return new Intl.NumberFormat(language.value, { style: "unit", unit: "megabyte", maximumFractionDigits: 0 }).format(
    bytes / MB,
  );
}
