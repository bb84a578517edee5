import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse, parseAllDocuments } from 'yaml';

const ROOT = join(__dirname, '../../..');
const FOLDER = join(ROOT, 'deploy/kubernetes');

interface Container {
  name: string;
  image: string;
  command?: string[];
  envFrom?: { configMapRef?: { name: string }; secretRef?: { name: string } }[];
  env?: { name: string; value: string }[];
  ports?: { name: string; containerPort: number }[];
  volumeMounts?: { name: string; mountPath: string }[];
  readinessProbe?: { httpGet?: { path: string; port: string }; exec?: { command: string[] } };
  livenessProbe?: { httpGet: { path: string; port: string } };
}
interface Manifest {
  apiVersion: string;
  kind: string;
  metadata: { name: string };
  data?: Record<string, string>;
  spec?: {
    replicas?: number;
    selector?: { matchLabels?: Record<string, string>; [label: string]: unknown };
    ports?: { name: string; port: number; targetPort: string }[];
    rules?: { http: { paths: { backend: { service: { name: string; port: { name: string } } } }[] } }[];
    template?: {
      metadata: { labels: Record<string, string> };
      spec: { containers: Container[]; volumes?: { name: string; persistentVolumeClaim?: { claimName: string } }[] };
    };
    volumeClaimTemplates?: { metadata: { name: string } }[];
  };
}
interface Kustomization {
  resources: string[];
  images: { name: string }[];
  secretGenerator: { name: string; envs: string[]; files?: string[] }[];
}

const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
const kustomization = parse(read('kustomization.yaml')) as Kustomization;
const manifests = kustomization.resources.flatMap((name) =>
  parseAllDocuments(read(name)).map((document) => document.toJS() as Manifest),
);
const compose = parse(readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8'), { merge: true }) as {
  services: Record<
    string,
    { image: string; command?: string[]; environment?: Record<string, string>; deploy?: { replicas: number } }
  >;
};
const named = (kind: string, name: string): Manifest => {
  const found = manifests.filter((one) => one.kind === kind && one.metadata.name === name);
  expect([kind, name, found.length]).toEqual([kind, name, 1]);
  return found[0]!;
};
const containerOf = (manifest: Manifest): Container => manifest.spec!.template!.spec.containers[0]!;
const variablesIn = (example: string): string[] =>
  [...read(example).matchAll(/^([A-Z_\d]+)=/gm)].map(([, name]) => name!);

/** What each kind is of, as Kubernetes 1.25 and later have it. */
const VERSIONS: Readonly<Record<string, string>> = {
  ConfigMap: 'v1',
  PersistentVolumeClaim: 'v1',
  Service: 'v1',
  Deployment: 'apps/v1',
  StatefulSet: 'apps/v1',
  PodDisruptionBudget: 'policy/v1',
  Ingress: 'networking.k8s.io/v1',
};

describe('deploy/kubernetes', () => {
  it('lists every manifest there is, each of a kind that Kubernetes knows, and none twice', () => {
    const files = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml') && name !== 'kustomization.yaml');
    expect(kustomization.resources.toSorted()).toEqual(files.toSorted());
    expect(manifests.map(({ apiVersion }) => apiVersion)).toEqual(manifests.map(({ kind }) => VERSIONS[kind]));
    const names = manifests.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
    expect(names).toEqual([...new Set(names)]);
  });

  it('selects what it makes, and mounts and refers to what there is', () => {
    const claims = manifests
      .filter(({ kind }) => kind === 'PersistentVolumeClaim')
      .map(({ metadata }) => metadata.name);
    const labels = manifests.flatMap(({ spec }) => (spec?.template ? [spec.template.metadata.labels] : []));
    for (const { kind, metadata, spec } of manifests) {
      const selector = kind === 'Service' ? spec!.selector : spec?.selector?.matchLabels;
      if (selector) expect([metadata.name, labels]).toEqual([metadata.name, expect.arrayContaining([selector])]);
      if (!spec?.template) continue;
      expect(spec.selector!.matchLabels).toEqual(spec.template.metadata.labels);
      const { containers, volumes = [] } = spec.template.spec;
      const mountable = [...volumes, ...(spec.volumeClaimTemplates ?? []).map((one) => one.metadata)];
      for (const { volumeMounts = [] } of containers)
        for (const { name } of volumeMounts) expect(mountable.map((one) => one.name)).toContain(name);
      for (const { persistentVolumeClaim } of volumes)
        if (persistentVolumeClaim) expect(claims).toContain(persistentVolumeClaim.claimName);
    }
    const [path] = named('Ingress', 'duban').spec!.rules![0]!.http.paths;
    const service = named('Service', path!.backend.service.name);
    expect(service.spec!.ports!.map(({ name }) => name)).toContain(path!.backend.service.port.name);
  });

  it('runs the same as docker-compose.yml: as many, by the same commands, of the same images', () => {
    const { api, worker, postgres, redis } = compose.services;
    const command = { api: ['node', 'dist/apps/api/src/main.js'], worker: worker!.command };
    for (const [name, service] of Object.entries({ api: api!, worker: worker! })) {
      const { spec } = named('Deployment', name);
      expect([name, spec!.replicas]).toEqual([name, service.deploy!.replicas]);
      expect(containerOf(named('Deployment', name)).command).toEqual(command[name as 'api' | 'worker']);
      expect(kustomization.images.map((image) => image.name)).toContain(containerOf(named('Deployment', name)).image);
    }
    expect(containerOf(named('StatefulSet', 'postgres')).image).toBe(postgres!.image);
    expect(containerOf(named('StatefulSet', 'redis')).image).toBe(redis!.image);
    const withPassword = redis!.command!.map((word) => (word.startsWith('$') ? '$(REDISCLI_AUTH)' : word));
    expect(withPassword.slice(-2)).toEqual(['--requirepass', '$(REDISCLI_AUTH)']);
    expect(containerOf(named('StatefulSet', 'redis'))).toMatchObject({
      command: withPassword,
      envFrom: [{ secretRef: { name: 'redis' } }],
      readinessProbe: { exec: { command: ['redis-cli', '-e', 'ping'] } },
    });
    expect(containerOf(named('Deployment', 'api')).readinessProbe!.httpGet!.path).toBe('/readyz');
    expect(containerOf(named('Deployment', 'api')).livenessProbe!.httpGet.path).toBe('/healthz');
  });

  it('gives the processes every variable that docker-compose.yml gives them, each once', () => {
    const { data } = named('ConfigMap', 'duban');
    const [duban] = kustomization.secretGenerator;
    expect(kustomization.secretGenerator.map((one) => [one.name, one.envs])).toEqual([
      ['duban', ['secrets.env']],
      ['postgres', ['postgres.env']],
      ['redis', ['redis.env']],
    ]);
    const files = (duban!.files ?? []).map((file) => file.split('=')[0]!);
    const given = [...Object.keys(data!), ...variablesIn('secrets.env.example'), ...files];
    expect(given.toSorted()).toEqual(Object.keys(compose.services.api!.environment!).toSorted());
    expect(data).toMatchObject({ HOST: '0.0.0.0', PORT: '3000' });
    for (const name of ['api', 'worker']) {
      const { envFrom } = containerOf(named('Deployment', name));
      expect(envFrom).toEqual([{ configMapRef: { name: 'duban' } }, { secretRef: { name: 'duban' } }]);
    }
    expect(variablesIn('postgres.env.example')).toEqual(['POSTGRES_PASSWORD']);
    expect(variablesIn('redis.env.example')).toEqual(['REDISCLI_AUTH']);
    expect(read('secrets.env.example')).toContain('\nREDIS_URL=redis://:<password>@redis:6379\n');
  });

  it('keeps passwords and keys out of what is no secret', () => {
    const names = Object.keys(named('ConfigMap', 'duban').data!);
    expect(names.filter((name) => /PASSWORD$|SECRET|KEY|TOKEN|^(DATABASE|REDIS|SMTP)_URL$/.test(name))).toEqual([]);
  });

  const hasKubectl = spawnSync('kubectl', ['version', '--client']).status === 0;
  if (!hasKubectl)
    console.warn(
      'SKIPPED "deploy/kubernetes, as kubectl builds it": needs kubectl (Debian: apt-get install kubernetes-client)',
    );
  (hasKubectl ? describe : describe.skip)('as kubectl builds it', () => {
    /** What `kubectl apply -k` would send, with one more line of the kustomization. */
    function built(more: string): Manifest[] {
      const folder = mkdtempSync(join(tmpdir(), 'duban-kubernetes-'));
      try {
        cpSync(FOLDER, folder, { recursive: true });
        for (const name of ['secrets', 'postgres', 'redis'])
          writeFileSync(join(folder, `${name}.env`), read(`${name}.env.example`));
        writeFileSync(join(folder, 'signing-key.pem'), 'a key');
        writeFileSync(join(folder, 'kustomization.yaml'), `${read('kustomization.yaml')}\n${more}\n`);
        const { status, stdout, stderr } = spawnSync('kubectl', ['kustomize', folder], { encoding: 'utf8' });
        expect([status, stderr]).toEqual([0, '']);
        return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest);
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
    const breached = { name: 'breached-passwords', mountPath: '/breached-passwords', readOnly: true };
    const find = (all: Manifest[], kind: string, name: RegExp): Manifest[] =>
      all.filter((one) => one.kind === kind && name.test(one.metadata.name));

    it('has each resource, and no volume for breached passwords where nobody asked for it', () => {
      const all = built('');
      // And the three secrets.
      expect(all.length).toBe(manifests.length + 3);
      for (const one of find(all, 'Deployment', /./))
        expect(containerOf(one).volumeMounts).not.toContainEqual(breached);
    });

    it('mounts the file of breached passwords where the component is added', () => {
      const all = built('components: [breached-passwords]');
      expect(find(all, 'PersistentVolumeClaim', /^breached-passwords$/)).toHaveLength(1);
      const deployments = find(all, 'Deployment', /^(api|worker)$/);
      expect(deployments).toHaveLength(2);
      for (const one of deployments) {
        expect(containerOf(one).volumeMounts).toContainEqual(breached);
        expect(one.spec!.template!.spec.volumes).toContainEqual({
          name: 'breached-passwords',
          persistentVolumeClaim: { claimName: 'breached-passwords', readOnly: true },
        });
      }
      const [config] = find(all, 'ConfigMap', /^duban$/);
      expect(config!.data!['DUBAN_BREACHED_PASSWORDS']).toBe('/breached-passwords/passwords.txt');
    });
  });
});
