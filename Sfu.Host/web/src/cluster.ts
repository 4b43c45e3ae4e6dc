import { nodeRows, pipeRows, routerRows, shortName, type ClusterDump, type Row } from "./clusterDump";

const refreshMs = 2000;
const afterEventMs = 150;
const eventsKept = 100;
const banner = document.getElementById("banner") as HTMLElement;
const log = document.getElementById("events") as HTMLElement;
let pending: number | undefined;

function show(table: string, rows: Row[]): void {
  const body = document.querySelector(`#${table} tbody`) as HTMLElement;
  body.replaceChildren(
    ...rows.map(({ cells, lost }) => {
      const row = document.createElement("tr");
      row.classList.toggle("lost", lost === true);
      row.append(
        ...cells.map((text) => {
          const cell = document.createElement("td");
          cell.textContent = text;
          return cell;
        }),
      );
      return row;
    }),
  );
}

function say(text: string): void {
  banner.textContent = text;
  banner.hidden = text === "";
}

async function refresh(): Promise<void> {
  try {
    const answer = await fetch("/debug/cluster");
    if (answer.status === 404) {
      say("The node shows the cluster only to its own machine (sfu.host.cluster-access).");
    } else if (!answer.ok) {
      say(`The node does not describe its cluster: ${await answer.text()}`);
    } else {
      const dump = (await answer.json()) as ClusterDump;
      show("nodes", nodeRows(dump));
      show("routers", routerRows(dump));
      show("pipes", pipeRows(dump));
      say("");
    }
  } catch {
    say("The node does not answer.");
  }

  refreshIn(refreshMs);
}

/** In place of what is planned. */
function refreshIn(ms: number): void {
  clearTimeout(pending);
  pending = setTimeout(() => void refresh(), ms);
}

function note(text: string): void {
  const entry = document.createElement("li");
  entry.textContent = `${new Date().toLocaleTimeString()} ${text}`;
  log.prepend(entry);
  while (log.childElementCount > eventsKept) {
    log.lastElementChild?.remove();
  }
}

interface News {
  node: string;
  routerId?: string;
  closed?: boolean;
}

const events: Record<string, (news: News) => string> = {
  memberUp: ({ node }) => `${shortName(node)} is up`,
  memberUnreachable: ({ node }) => `${shortName(node)} does not answer`,
  memberReachable: ({ node }) => `${shortName(node)} answers again`,
  memberRemoved: ({ node }) => `${shortName(node)} is gone`,
  routerStarted: ({ node, routerId }) => `Router ${routerId} lives on ${shortName(node)}`,
  routerStopped: ({ node, routerId, closed }) => `Router ${routerId} ${closed === true ? "closed" : "leaves"} on ${shortName(node)}`,
};

const stream = new EventSource("/debug/cluster/events");
for (const [name, text] of Object.entries(events)) {
  stream.addEventListener(name, (event) => {
    note(text(JSON.parse((event as MessageEvent<string>).data) as News));
    refreshIn(afterEventMs);
  });
}

void refresh();
