/** What `/debug/cluster` answers, as far as the page shows it. */
export interface ClusterDump {
  members: Member[];
  isComplete: boolean;
}

export interface Member {
  node: string;
  roles: string[];
  status: string;
  reachable: boolean;
  asked: boolean;
  summary?: Summary | null;
  load?: Load | null;
}

/** As the node last told all others. */
export interface Load {
  region: string;
  zone: string;
  draining: boolean;
  threads: number;
  transports: number;
  packetsPerSecond: number;
  cpuPermille: number;
}

export interface Summary {
  servers: number;
  transports: number;
  routerCount: number;
  routers: string[];
  branchCount: number;
  branches: Branch[];
}

export interface Branch {
  routerId: string;
  orphaned: boolean;
  transports: number;
  pipes: { node: string; isInlet: boolean; producers: number; crossing: { producerId: string; peerId?: string | null }[] }[];
}

/** A row of a table, with what makes it stand out. */
export interface Row {
  cells: string[];
  lost?: boolean;
}

/** `akka.tcp://sfu@10.0.0.1:4053` without what all nodes have in common. */
export const shortName = (node: string): string => node.replace(/^akka\.(?:ssl\.)?tcp:\/\/[^@]*@/, "");

/** Where the node is, what its media threads do, and what it carries by what the others know. */
function loadCells(load: Load | null | undefined): string[] {
  if (!load) {
    return ["", "", "", ""];
  }

  const { region, zone, threads, transports, packetsPerSecond, cpuPermille } = load;
  return [
    [region, zone].filter((part) => part !== "").join("/"),
    `${(cpuPermille / 10).toFixed(1)} % of ${threads}`,
    packetsPerSecond.toLocaleString("en"),
    String(transports),
  ];
}

export function nodeRows(dump: ClusterDump): Row[] {
  return dump.members.map(({ node, roles, status, reachable, asked, summary, load }) => ({
    cells: [
      shortName(node),
      roles.join(", "),
      [!reachable ? "unreachable" : status, ...(asked && !summary ? ["does not answer"] : []), ...(load?.draining === true ? ["draining"] : [])].join(", "),
      ...loadCells(load),
      ...(summary ? [summary.routerCount, summary.branchCount, summary.servers, summary.transports].map(String) : ["", "", "", ""]),
    ],
    lost: !reachable || (asked && !summary),
  }));
}

export function routerRows(dump: ClusterDump): Row[] {
  const routers = new Map<string, { home: string[]; branches: string[]; orphaned: boolean }>();
  const of = (id: string): { home: string[]; branches: string[]; orphaned: boolean } => {
    const known = routers.get(id) ?? { home: [], branches: [], orphaned: false };
    routers.set(id, known);
    return known;
  };
  for (const { node, summary } of dump.members) {
    summary?.routers.forEach((id) => of(id).home.push(shortName(node)));
    for (const branch of summary?.branches ?? []) {
      const router = of(branch.routerId);
      router.branches.push(`${shortName(node)} (${branch.transports}${branch.orphaned ? ", orphaned" : ""})`);
      router.orphaned ||= branch.orphaned;
    }
  }

  return [...routers]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([id, { home, branches, orphaned }]) => ({ cells: [id, home.join(", "), branches.join(", ")], lost: orphaned }));
}

/** Which Producers cross, and of which peers. */
function crossingText({ producers, crossing }: Branch["pipes"][number]): string {
  const named = crossing.map(({ producerId, peerId }) => (peerId ? `${producerId} (${peerId})` : producerId));
  return [...named, ...(producers > crossing.length ? ["…"] : [])].join(", ");
}

/** Each pipe once: by the end that media comes in at, or by the other where only that one is known. */
export function pipeRows(dump: ClusterDump): Row[] {
  const pipes = new Map<string, Row>();
  for (const inlets of [true, false]) {
    for (const { node, summary } of dump.members) {
      for (const { routerId, pipes: ends } of summary?.branches ?? []) {
        for (const end of ends.filter((candidate) => candidate.isInlet === inlets)) {
          const [from, to] = inlets ? [end.node, node] : [node, end.node];
          const key = JSON.stringify([routerId, from, to]);
          if (!pipes.has(key)) {
            pipes.set(key, { cells: [routerId, shortName(from), shortName(to), String(end.producers), crossingText(end)] });
          }
        }
      }
    }
  }

  return [...pipes.values()];
}
