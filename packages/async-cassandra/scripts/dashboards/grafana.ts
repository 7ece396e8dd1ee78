import type { Panel } from './panel.ts';
import { allSections, type Section } from './sections.ts';

const COLUMNS = 24;
const DATASOURCE = { type: 'prometheus', uid: '${datasource}' };
/** Variables of the dashboard, each with the metric that it finds its values in. */
const VARIABLES = [
  ['job', 'cassandra_sessions', ''],
  ['instance', 'cassandra_sessions', '{job=~"$job"}'],
  ['datacenter', 'cassandra_node_up', '{job=~"$job"}'],
  ['node', 'cassandra_node_up', '{job=~"$job",datacenter=~"$datacenter"}'],
] as const;

type Json = Readonly<Record<string, unknown>>;

/** The dashboard in Grafana's format, to be imported or provisioned. */
export function grafanaDashboard(): Json {
  return {
    title: 'async-cassandra',
    uid: 'async-cassandra',
    description: 'What services that use async-cassandra see of Cassandra. Generated from the list of metrics.',
    tags: ['cassandra', 'async-cassandra'],
    schemaVersion: 39,
    version: 1,
    editable: true,
    graphTooltip: 1,
    refresh: '30s',
    time: { from: 'now-1h', to: 'now' },
    timezone: 'browser',
    templating: {
      list: [datasourceVariable(), ...VARIABLES.map(([name, metric, matchers]) => variable(name, metric, matchers))],
    },
    panels: layOut(allSections()),
  };
}

function datasourceVariable(): Json {
  return { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus', current: {}, hide: 0 };
}

function variable(name: string, metric: string, matchers: string): Json {
  const query = `label_values(${metric}${matchers}, ${name})`;
  return {
    name,
    type: 'query',
    datasource: DATASOURCE,
    definition: query,
    query: { query, refId: name },
    refresh: 2,
    sort: 1,
    includeAll: true,
    multi: true,
    allValue: '.*',
    current: { selected: true, text: ['All'], value: ['$__all'] },
  };
}

function layOut(sections: readonly Section[]): readonly Json[] {
  const panels: Json[] = [];
  let y = 0;
  for (const { title, panels: inside } of sections) {
    panels.push({
      id: panels.length + 1,
      type: 'row',
      title,
      collapsed: false,
      gridPos: { x: 0, y, w: COLUMNS, h: 1 },
      panels: [],
    });
    y++;
    let x = 0;
    let rowHeight = 0;
    for (const panel of inside) {
      const { width, height } = sizeOf(panel);
      if (x + width > COLUMNS) {
        x = 0;
        y += rowHeight;
      }
      rowHeight = height;
      panels.push(grafanaPanel(panel, panels.length + 1, { x, y, w: width, h: height }));
      x += width;
    }
    y += rowHeight;
  }
  return panels;
}

function sizeOf({ kind }: Panel): { readonly width: number; readonly height: number } {
  return kind === 'stat' ? { width: 4, height: 4 } : { width: 8, height: 8 };
}

const TYPES = { timeseries: 'timeseries', stat: 'stat', states: 'state-timeline' } as const;

function grafanaPanel(panel: Panel, id: number, gridPos: Json): Json {
  return {
    id,
    type: TYPES[panel.kind],
    title: panel.title,
    description: panel.description,
    datasource: DATASOURCE,
    gridPos,
    fieldConfig: { defaults: fieldDefaults(panel), overrides: [] },
    options: optionsOf(panel),
    targets: panel.targets.map(({ expression, legend }, index) => ({
      refId: String.fromCharCode(65 + index),
      datasource: DATASOURCE,
      expr: expression,
      legendFormat: legend,
      range: true,
      instant: false,
      editorMode: 'code',
    })),
  };
}

function fieldDefaults({ kind, unit, threshold }: Panel): Json {
  if (kind === 'states') {
    return {
      unit,
      min: 0,
      max: 1,
      color: { mode: 'thresholds' },
      mappings: [{ type: 'value', options: { 0: { text: 'Down', color: 'red' }, 1: { text: 'Up', color: 'green' } } }],
      thresholds: steps('red', 1, 'green'),
    };
  }
  if (kind === 'stat') {
    return {
      unit,
      color: { mode: 'thresholds' },
      thresholds: threshold === undefined ? steps('blue') : steps('green', threshold, 'red'),
    };
  }
  return {
    unit,
    min: 0,
    color: { mode: 'palette-classic' },
    custom: { drawStyle: 'line', lineWidth: 1, fillOpacity: 10, showPoints: 'never', spanNulls: false },
  };
}

function steps(base: string, value?: number, beyond?: string): Json {
  return {
    mode: 'absolute',
    steps: [{ color: base, value: null }, ...(value === undefined ? [] : [{ color: beyond, value }])],
  };
}

function optionsOf({ kind }: Panel): Json {
  if (kind === 'stat') {
    return {
      reduceOptions: { calcs: ['lastNotNull'], fields: '', values: false },
      colorMode: 'value',
      graphMode: 'area',
      textMode: 'value',
    };
  }
  if (kind === 'states')
    return {
      mergeValues: true,
      showValue: 'never',
      rowHeight: 0.8,
      legend: { showLegend: true, displayMode: 'list', placement: 'bottom' },
    };
  return {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  };
}
