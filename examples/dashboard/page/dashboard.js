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
    this.on('approval:pending', (data) => this.showApproval(data));
    this.on('approval:resolved', ({ approvalId }) => document.getElementById(approvalId)?.remove());
    this.on('queue:updated', showQueue);
    this.on('health:changed', ({ platform, currentStatus }) => showHealth(platform, currentStatus));
    this.on('metrics:updated', showMetrics);
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
    ]);
    for (const action of recent.actions.toReversed()) showAction(action);
    showQueue(queue.stats);
    for (const [platform, { status }] of Object.entries(health.executors)) showHealth(platform, status);
  }

  async showMetrics() {
    const { metrics } = await ask('/api/actions/metrics?timeWindow=1h');
    showMetrics(metrics);
  }

  showApproval({ approvalId, action, reason }) {
    const item = rowOf('approvals', approvalId, 'li');
    const button = document.createElement('button');
    button.textContent = `Approve ${action?.type ?? 'it'}`;
    button.addEventListener('click', () => void this.approveAction(approvalId));
    item.replaceChildren(`${action?.type}: ${reason} `, button);
  }

  async approveAction(approvalId, reason) {
    const { id: userId } = await ask('/me');
    const told = await ask(`/api/approvals/${approvalId}/approve`, { userId, reason });
    notify(told.error ? told.error.message : `Approved: ${told.status}`);
  }
}

const ask = async (path, body) => {
  const init = body && {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  };
  const answer = await fetch(path, init);
  return answer.json();
};

const rowOf = (list, id, tag) => {
  const known = document.getElementById(id);
  if (known) return known;
  const made = document.createElement(tag);
  made.id = id;
  document.getElementById(list).prepend(made);
  return made;
};

const write = (id, text) => (document.getElementById(id).textContent = text);
const notify = (text) => write('notice', text);

const showAction = ({ id, type, platform, status }) => {
  const cells = [type, platform, status].map((text) => {
    const cell = document.createElement('td');
    cell.textContent = text;
    return cell;
  });
  rowOf('actions', id, 'tr').replaceChildren(...cells);
};
const showQueue = ({ totalQueued, workerUtilization }) =>
  write('queue', `${totalQueued} wait, ${Math.round(workerUtilization * 100)} % of the workers are busy`);
const showHealth = (platform, status) =>
  (rowOf('health', `health-${platform}`, 'li').textContent = `${platform}: ${status}`);
const showMetrics = ({ successRate, avgExecutionTime }) =>
  // Nothing has ended yet where there is no rate.
  write(
    'metrics',
    `${successRate === null ? '–' : Math.round(successRate * 100)} % succeed, in ${Math.round(avgExecutionTime ?? 0)} ms`,
  );

await new DashboardClient().initialize();
