/** A dashboard over the orchestration layer's interface: what it shows first is asked for, what changes is told. */
class DashboardClient {
  async initialize() {
    // It comes back by itself, with the last event that it has.
    this.events = new EventSource('/api/actions/events');
    this.listen();
    await this.loadInitialData();
    setInterval(() => void this.showMetrics(), 30_000);
  }

  listen() {
    this.on('action:executing', (data) => showAction({ ...data, id: data.actionId, status: 'executing' }));
    this.on('action:completed', (data) => {
      showAction({ ...data, id: data.actionId, status: 'success' });
      notify(`${data.type} completed`);
    });
    this.on('action:failed', (data) => {
      showAction({ ...data, id: data.actionId, status: 'failed' });
      notify(`${data.type} failed: ${data.error}`);
    });
    this.on('approval:pending', () => this.showWaiting());
    this.on('approval:resolved', () => this.showWaiting());
    this.on('queue:updated', showQueue);
    this.on('health:changed', ({ platform, currentStatus }) => showHealth(platform, currentStatus));
    this.on('metrics:updated', () => this.showMetrics());
  }

  on(name, listener) {
    this.events.addEventListener(name, ({ data }) => listener(JSON.parse(data)));
  }

  async loadInitialData() {
    const [recent, queue, health] = await Promise.all([
      ask('/api/actions/recent?limit=50'),
      ask('/api/actions/queue'),
      ask('/api/actions/health'),
      this.showMetrics(),
      this.showWaiting(),
    ]);
    // What an event told meanwhile is newer.
    for (const action of recent.actions)
      if (!document.getElementById(action.id)) showAction(action, 'append');
    showQueue(queue.stats);
    for (const [platform, { status }] of Object.entries(health.executors)) showHealth(platform, status);
  }

  async showMetrics() {
    const { metrics } = await ask('/api/actions/metrics?timeWindow=1h');
    showMetrics(metrics);
  }

  /** One after the other: what was asked for last is what stays. */
  showWaiting() {
    this.waiting = (this.waiting ?? Promise.resolve()).then(loadWaiting, loadWaiting);
    return this.waiting;
  }
}

const ask = async (path) => (await fetch(path)).json();

/** Who decides reads the whole change first, where it is shown: in the console. */
const loadWaiting = async () => {
  const { tasks } = await ask('/api/v1/ai/tasks?status=pending_approval&limit=100');
  const ids = new Set(tasks.map(({ task_id: id }) => `waits-${id}`));
  for (const row of [...document.getElementById('approvals').children]) if (!ids.has(row.id)) row.remove();
  const unknown = tasks.filter(({ task_id: id }) => !document.getElementById(`waits-${id}`));
  const found = await Promise.all(unknown.map(({ task_id: id }) => ask(`/api/v1/ai/tasks/${id}`)));
  for (const task of found.toReversed()) if (task.approval_link) showWaitingTask(task);
};

const showWaitingTask = ({ task_id: id, task_spec: { goal, risk_level: risk }, approval_link: href }) => {
  const link = document.createElement('a');
  Object.assign(link, { href, textContent: 'Read and decide' });
  rowOf('approvals', `waits-${id}`, 'li').replaceChildren(`${goal} (${risk} risk) `, link);
};

const rowOf = (list, id, tag, place = 'prepend') => {
  const known = document.getElementById(id);
  if (known) return known;
  const made = document.createElement(tag);
  made.id = id;
  document.getElementById(list)[place](made);
  return made;
};

const write = (id, text) => (document.getElementById(id).textContent = text);
const notify = (text) => write('notice', text);

const showAction = ({ id, type, platform, status }, place) => {
  const cells = [type, platform, status].map((text) => {
    const cell = document.createElement('td');
    cell.textContent = text;
    return cell;
  });
  rowOf('actions', id, 'tr', place).replaceChildren(...cells);
};
const showQueue = ({ totalQueued, workerUtilization }) =>
  write('queue', `${totalQueued} wait, ${Math.round(workerUtilization * 100)} % of the workers are busy`);
const showHealth = (platform, status) =>
  (rowOf('health', `health-${platform}`, 'li').textContent = `${platform}: ${status}`);
const showMetrics = ({ total, successRate, avgExecutionTime }) =>
  write(
    'metrics',
    total === 0
      ? 'Nothing ended in the last hour.'
      : `${Math.round(successRate * 100)} % succeed, in ${Math.round(avgExecutionTime)} ms`,
  );

await new DashboardClient().initialize();
