{{/* What the API speaks: the name of its port, and that of its protocol. */}}
{{- define "headcount.scheme" -}}
{{- ternary "https" "http" (ne .Values.tls.existingSecret "") }}
{{- end }}

{{/* What the management port speaks. */}}
{{- define "headcount.managementScheme" -}}
{{- ternary "https" "http" .Values.tls.management }}
{{- end }}

{{/* How a monitor asks: by the pod's address, which is in no certificate, so it looks at the name as little as a kubelet. */}}
{{- define "headcount.scrape" -}}
scheme: {{ include "headcount.managementScheme" . }}
{{- if .Values.tls.management }}
tlsConfig:
  insecureSkipVerify: true
{{- end }}
{{- end }}

{{- define "headcount.tlsEnvironment" -}}
- name: HEADCOUNT_TLS_CERTIFICATE
  value: /etc/headcount-tls/tls.crt
- name: HEADCOUNT_TLS_PRIVATE_KEY
  value: /etc/headcount-tls/tls.key
- name: HEADCOUNT_TLS_CLIENT_AUTH
  value: {{ .Values.tls.clientAuth }}
{{- if ne .Values.tls.clientAuth "none" }}
- name: HEADCOUNT_TLS_CLIENT_CA
  value: /etc/headcount-tls/client-ca.crt
{{- end }}
- name: HEADCOUNT_TLS_MANAGEMENT
  value: {{ .Values.tls.management | quote }}
{{- end }}

{{/* Whole, for a file that is mounted by subPath stays as it was when the Secret is renewed. */}}
{{- define "headcount.tlsVolume" -}}
- name: tls
  secret:
    secretName: {{ .Values.tls.existingSecret }}
    defaultMode: 288 # 0440
    items:
      - key: tls.crt
        path: tls.crt
      - key: tls.key
        path: tls.key
      {{- if ne .Values.tls.clientAuth "none" }}
      - key: {{ default "ca.crt" .Values.tls.clientCa }}
        path: client-ca.crt
      {{- end }}
{{- end }}

{{- define "headcount.tlsChecks" -}}
{{- $tls := .Values.tls }}
{{- if not $tls.existingSecret }}
{{- if or (ne $tls.clientAuth "none") $tls.clientCa $tls.management }}
{{- fail "tls.clientAuth, tls.clientCa and tls.management need the service's own certificate: set tls.existingSecret." }}
{{- end }}
{{- else }}
{{- range .Values.env }}
{{- if hasPrefix "HEADCOUNT_TLS_" .name }}
{{- fail (printf "env has %s, which tls.existingSecret sets too: set tls.clientAuth, tls.clientCa or tls.management." .name) }}
{{- else if eq .name "SPRING_PROFILES_ACTIVE" }}
{{- fail "env has SPRING_PROFILES_ACTIVE, which tls.existingSecret sets too: put what your profiles would set into config." }}
{{- end }}
{{- end }}
{{- end }}
{{- if and $tls.clientCa (eq $tls.clientAuth "none") }}
{{- fail (printf "tls.clientCa is %s, and nobody is asked for a certificate: set tls.clientAuth to want or need." $tls.clientCa) }}
{{- end }}
{{- if and $tls.management (eq $tls.clientAuth "need") }}
{{- fail "tls.management with tls.clientAuth need would fail every probe, for a kubelet has no certificate to show: set tls.management to false, or tls.clientAuth to want." }}
{{- end }}
{{- end }}
