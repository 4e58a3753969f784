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
   * @param guess of the rate with given settings, to start from
   */
  best(traffic: Traffic, { variants }: Choices, guess: (of: Contender) => number): Service {
    const services = variants.map((contender) => this.#service(traffic, contender, guess));
    return services.reduce((best, next) => (next.requestsPerSecond > best.requestsPerSecond ? next : best));
  }

  #service(traffic: Traffic, contender: Contender, guess: (of: Contender) => number): Service {
    const { name: _name, settings: _settings, ...system } = contender.system;
    const own = contender.cost === undefined ? "model" : "engine of 2023";
    const id = contentId([this.#study, traffic, system, own]);
    const known = this.#store.find(id);
    if (known !== undefined) return known;
    const service = serviceWithin(traffic, contender, this.table, guess(contender));
    this.#store.save(id, service);
    return service;
  }
}
