import type { Collective } from "../../../perf/operators.ts";
import { Unmodelled, type Dataset } from "../dataset.ts";
import { secondsAlone } from "../operator-seconds.ts";
import { MeasuredSystems } from "../systems.ts";

/** Messages from one GPU to another through PyTorch (microsoft/vidur). */
export const sendRecv: Dataset = {
  name: "p2p-send-recv",
  title: "Messages between two GPUs",
  goals: {},
  columns: ["gpu", "fabric", "same_node", "bytes", "time_us"],
  comparer: () => {
    const systems = new MeasuredSystems();
    return (row) => {
      const [device, bytesPerRow] = [row.text("gpu"), row.positive("bytes")];
      const machine = systems.machine(device, 2);
      if (row.text("same_node") !== "1") throw new Unmodelled(device, "", "links between nodes");
      const send: Collective = { kind: "send", name: "send", count: 1, devices: 2, bytesPerRow };
      return [
        {
          ...{ device, preset: systems.device(device).name, model: "", operator: "send" },
          ...{
            shape: `bytes=${bytesPerRow} (${row.text("fabric")})`,
            metric: "collective_time",
            target: false,
          },
          measured: row.positive("time_us") / 1e6,
          predicted: secondsAlone(machine, send, 1),
        },
      ];
    };
  },
};
