import type { Traffic } from "../../scenario/scenario.ts";
import type { RequestTable } from "../../workload/request.ts";
import { contentId } from "../design-id.ts";
import type { Choices } from "./contenders.ts";
import { serviceWithin, type Contender, type Service } from "./service.ts";

/** Keeps services that were worked out, so that none is worked out twice. */
export interface ServiceStore {
  find(id: string): Service | undefined;
  save(id: string, service: Service): void;
}

/** Of the serving settings that a system may choose among so many are replayed: those that formulas promise most of. */
const REPLAYED = 2;

/** Works out services under one list of requests. */
export class ServiceBook {
  readonly table: RequestTable;
  readonly #study: string;
  readonly #store: ServiceStore;

  /** @param study content hash of the requests and of the program's version */
  constructor(table: RequestTable, study: string, store: ServiceStore) {
    this.table = table;
    this.#study = study;
    this.#store = store;
  }

  /**
   * The best that a system does with any of the serving settings that it may choose.
   * @param estimate of the rate with given settings: which of them to replay, and where to start from
   */
  best(traffic: Traffic, { variants }: Choices, estimate: (of: Contender) => number): Service {
    const estimated = variants.map((contender) => ({ contender, rate: estimate(contender) }));
    estimated.sort((a, b) => b.rate - a.rate);
    return estimated
      .slice(0, REPLAYED)
      .map(({ contender, rate }) => this.#service(traffic, contender, rate))
      .reduce((best, next) => (next.requestsPerSecond > best.requestsPerSecond ? next : best));
  }

  #service(traffic: Traffic, contender: Contender, guessPerSecond: number): Service {
    const { name: _name, settings: _settings, ...system } = contender.system;
    const own = contender.cost === undefined ? "model" : "engine of 2023";
    const id = contentId([this.#study, traffic, system, own]);
    const known = this.#store.find(id);
    if (known !== undefined) return known;
    const service = serviceWithin(traffic, contender, this.table, guessPerSecond);
    this.#store.save(id, service);
    return service;
  }
}
