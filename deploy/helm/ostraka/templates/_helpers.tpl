{{- define "ostraka.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "ostraka.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ostraka.labels" -}}
{{ include "ostraka.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "ostraka.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* The name of a pod in the cluster's DNS, with its port; takes root, component and number. */}}
{{- define "ostraka.address" -}}
{{- $name := printf "%s-%s" (include "ostraka.fullname" .root) .component -}}
{{ $name }}-{{ .number }}.{{ $name }}.{{ .root.Release.Namespace }}.svc.{{ .root.Values.clusterDomain }}:{{ .root.Values.port }}
{{- end -}}

{{/* All controllers, as OSTRAKA_CONTROLLERS takes them. */}}
{{- define "ostraka.controllers" -}}
{{- $all := list -}}
{{- range $number := until (int .Values.controllers.replicas) -}}
{{- $all = append $all (include "ostraka.address" (dict "root" $ "component" "controller" "number" $number)) -}}
{{- end -}}
{{ join "," $all }}
{{- end -}}

{{/* The groups, as `ostraka setup` takes them, one a line. */}}
{{- define "ostraka.groups" -}}
{{- $size := int .Values.replicasPerGroup -}}
{{- if mod (int .Values.nodes.replicas) $size -}}
{{- fail (printf "nodes.replicas (%d) must be a multiple of replicasPerGroup (%d)" (int .Values.nodes.replicas) $size) -}}
{{- end -}}
{{- $groups := list -}}
{{- range $group := until (int (div .Values.nodes.replicas $size)) -}}
{{- $members := list -}}
{{- range $member := until $size -}}
{{- $number := add (mul $group $size) $member -}}
{{- $members = append $members (include "ostraka.address" (dict "root" $ "component" "node" "number" $number)) -}}
{{- end -}}
{{- $groups = append $groups (printf "- \"%d=%s\"" (add 101 $group) (join "," $members)) -}}
{{- end -}}
{{ join "\n" $groups }}
{{- end -}}

{{/* What every pod has to say of itself to be let in where pods are restricted. */}}
{{- define "ostraka.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 65532
  runAsGroup: 65532
  fsGroup: 65532
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . | quote }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "ostraka.containerSecurity" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* A probe by the program's own command; takes the values of the probe and the arguments of `health`. */}}
{{- define "ostraka.probe" -}}
exec:
  command: [/opt/ostraka/runtime/bin/java, "@/opt/ostraka/conf/command.jvm", "@/opt/ostraka/conf/image.jvm", -Dostraka.log.level=error, io.ostraka.server.Main, health{{ range .arguments }}, {{ . }}{{ end }}, --timeout, {{ sub (int .values.timeoutSeconds) 2 }}s]
periodSeconds: {{ .values.periodSeconds }}
timeoutSeconds: {{ .values.timeoutSeconds }}
failureThreshold: {{ .values.failureThreshold }}
{{- end -}}

{{/* The setting shutdown-grace-millis must leave the process time to close. */}}
{{- define "ostraka.grace" -}}
{{- $grace := int (index .Values.settings "shutdown-grace-millis" | default 10000) -}}
{{- $least := add (div $grace 1000) 10 -}}
{{- if lt (int .Values.terminationGracePeriodSeconds) (int $least) -}}
{{- fail (printf "terminationGracePeriodSeconds must be at least %d, which is shutdown-grace-millis and 10 s more" (int $least)) -}}
{{- end -}}
{{ .Values.terminationGracePeriodSeconds }}
{{- end -}}

{{/* The controllers, or the nodes: a headless service, a disruption budget and a stateful set; takes root, component,
     the command, and the values of the component. */}}
{{- define "ostraka.processes" -}}
{{- $root := .root -}}
{{- $name := printf "%s-%s" (include "ostraka.fullname" $root) .component -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ $name }}
  labels:
    {{- include "ostraka.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  clusterIP: None
  # They find each other before they are ready: to be ready is to have found each other.
  publishNotReadyAddresses: true
  selector:
    {{- include "ostraka.selector" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
  ports:
    - name: grpc
      port: {{ $root.Values.port }}
      targetPort: grpc
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels:
    {{- include "ostraka.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  maxUnavailable: 1
  selector:
    matchLabels:
      {{- include "ostraka.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
---
apiVersion: apps/v1
kind: StatefulSet
metadata:
  name: {{ $name }}
  labels:
    {{- include "ostraka.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  serviceName: {{ $name }}
  replicas: {{ .values.replicas }}
  # All start at once, since one alone never becomes ready; updates still go one by one.
  podManagementPolicy: Parallel
  updateStrategy:
    type: RollingUpdate
  selector:
    matchLabels:
      {{- include "ostraka.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  template:
    metadata:
      # Not the version of the chart: another one alone is no reason to start everything again.
      labels:
        {{- include "ostraka.selector" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
      {{- with .values.podAnnotations }}
      annotations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    spec:
      {{- include "ostraka.podSecurity" $root | nindent 6 }}
      terminationGracePeriodSeconds: {{ include "ostraka.grace" $root }}
      {{- with .values.priorityClassName }}
      priorityClassName: {{ . }}
      {{- end }}
      {{- with .values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- include "ostraka.antiAffinity" . | nindent 6 }}
      containers:
        - name: ostraka
          image: {{ include "ostraka.image" $root }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          args: [{{ .command }}]
          env:
            - name: POD_NAME
              valueFrom:
                fieldRef:
                  fieldPath: metadata.name
            - name: OSTRAKA_LISTEN
              value: "0.0.0.0:{{ $root.Values.port }}"
            - name: OSTRAKA_ADVERTISE
              value: "$(POD_NAME).{{ $name }}.{{ $root.Release.Namespace }}.svc.{{ $root.Values.clusterDomain }}:{{ $root.Values.port }}"
            # Below the volume, whose root may have files that are not ours.
            - name: OSTRAKA_DATA
              value: /data/ostraka
            - name: OSTRAKA_CONTROLLERS
              value: {{ include "ostraka.controllers" $root | quote }}
            - name: OSTRAKA_LOG_LEVEL
              value: {{ $root.Values.logLevel }}
            {{- range $key, $value := $root.Values.settings }}
            - name: OSTRAKA_{{ $key | upper | replace "-" "_" }}
              value: {{ if kindIs "float64" $value }}{{ int64 $value | toString | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
            {{- end }}
          ports:
            - name: grpc
              containerPort: {{ $root.Values.port }}
          startupProbe:
            {{- include "ostraka.probe" (dict "values" $root.Values.probes.startup) | nindent 12 }}
          livenessProbe:
            {{- include "ostraka.probe" (dict "values" $root.Values.probes.liveness) | nindent 12 }}
          readinessProbe:
            {{- include "ostraka.probe" (dict "values" $root.Values.probes.readiness "arguments" (list "--serving")) | nindent 12 }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
          {{- include "ostraka.containerSecurity" $root | nindent 10 }}
          volumeMounts:
            - name: data
              mountPath: /data
  # Data outlives the pods, and the release.
  persistentVolumeClaimRetentionPolicy:
    whenDeleted: Retain
    whenScaled: Retain
  volumeClaimTemplates:
    - metadata:
        name: data
      spec:
        accessModes: [ReadWriteOnce]
        {{- if eq .values.storage.className "-" }}
        storageClassName: ""
        {{- else if .values.storage.className }}
        storageClassName: {{ .values.storage.className }}
        {{- end }}
        resources:
          requests:
            storage: {{ .values.storage.size }}
{{- end -}}

{{/* Keeps pods of a component on machines of their own. */}}
{{- define "ostraka.antiAffinity" -}}
{{- if eq .values.antiAffinity "required" -}}
affinity:
  podAntiAffinity:
    requiredDuringSchedulingIgnoredDuringExecution:
      - topologyKey: {{ .values.topologyKey }}
        labelSelector:
          matchLabels:
            {{- include "ostraka.selector" .root | nindent 12 }}
            app.kubernetes.io/component: {{ .component }}
{{- else if eq .values.antiAffinity "preferred" -}}
affinity:
  podAntiAffinity:
    preferredDuringSchedulingIgnoredDuringExecution:
      - weight: 100
        podAffinityTerm:
          topologyKey: {{ .values.topologyKey }}
          labelSelector:
            matchLabels:
              {{- include "ostraka.selector" .root | nindent 14 }}
              app.kubernetes.io/component: {{ .component }}
{{- end -}}
{{- end -}}
