package io.headcount.security;

import io.headcount.policy.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.security.core.GrantedAuthority;
import org.springframework.security.core.authority.SimpleGrantedAuthority;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtClaimNames;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtValidators;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.oauth2.jwt.SupplierJwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationConverter;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/** Makes callers of JSON Web Tokens: the subject is the name, a claim has the roles. */
final class JwtCallers {

  /** Asks the issuer when the first token comes, not at the start: it may be away then. */
  static JwtAuthenticationProvider provider(SecuritySettings.Jwt settings) {
    JwtAuthenticationConverter converter = new JwtAuthenticationConverter();
    converter.setJwtGrantedAuthoritiesConverter(jwt -> roles(jwt, settings.rolesClaim()));
    JwtAuthenticationProvider provider =
        new JwtAuthenticationProvider(new SupplierJwtDecoder(() -> decoder(settings)));
    provider.setJwtAuthenticationConverter(converter);
    return provider;
  }

  private static JwtDecoder decoder(SecuritySettings.Jwt settings) {
    String issuer = settings.issuerUri();
    String keys = settings.jwkSetUri();
    NimbusJwtDecoder decoder =
        keys != null
            ? NimbusJwtDecoder.withJwkSetUri(keys)
                .jwsAlgorithms(all -> all.addAll(Arrays.asList(SignatureAlgorithm.values())))
                .build()
            : NimbusJwtDecoder.withIssuerLocation(String.valueOf(issuer)).build();
    decoder.setJwtValidator(validator(issuer, settings.audience()));
    return decoder;
  }

  private static OAuth2TokenValidator<Jwt> validator(
      @Nullable String issuer, @Nullable String audience) {
    List<OAuth2TokenValidator<Jwt>> all = new ArrayList<>();
    all.add(
        issuer == null
            ? JwtValidators.createDefault()
            : JwtValidators.createDefaultWithIssuer(issuer));
    all.add(
        new JwtClaimValidator<String>(
            JwtClaimNames.SUB, subject -> subject != null && !subject.isBlank()));
    all.add(new JwtClaimValidator<Object>(JwtClaimNames.EXP, expiry -> expiry != null));
    if (audience != null) {
      all.add(
          new JwtClaimValidator<Collection<String>>(
              JwtClaimNames.AUD, named -> named != null && named.contains(audience)));
    }
    return new DelegatingOAuth2TokenValidator<>(all);
  }

  /** A claim may be a list or a text with blanks, and may lie within others: {@code a.b}. */
  private static Collection<GrantedAuthority> roles(Jwt jwt, String claim) {
    Object value = jwt.getClaims().get(claim);
    if (value == null) {
      value = jwt.getClaims();
      for (String name : claim.split("\\.", -1)) {
        value = value instanceof Map<?, ?> members ? members.get(name) : null;
      }
    }
    List<?> labels =
        switch (value) {
          case String text -> Arrays.asList(text.split(" ", -1));
          case Collection<?> many -> List.copyOf(many);
          case null, default -> List.of();
        };
    return labels.stream()
        .flatMap(label -> Role.labelled(String.valueOf(label)).stream())
        .<GrantedAuthority>map(role -> new SimpleGrantedAuthority(role.authority()))
        .toList();
  }

  private JwtCallers() {}
}
