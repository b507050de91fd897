; C++, on top of c.scm.

;; definitions
(class_specifier name: [(type_identifier) @name (template_type name: (_) @name) (qualified_identifier name: (_) @name)]
  body: (_) @body) @definition.class
(namespace_definition name: (_) @name body: (_) @body) @definition.namespace
(concept_definition name: (_) @name) @definition.interface
(function_definition declarator: [
  (function_declarator declarator: [(field_identifier) (destructor_name) (operator_name) (template_function)] @name)
  (_ (function_declarator declarator: [(field_identifier) (operator_name)] @name))
  (_ (_ (function_declarator declarator: [(field_identifier) (operator_name)] @name)))] body: (_)? @body) @definition.function
(function_definition declarator: [
  (function_declarator declarator: (qualified_identifier
    scope: [(namespace_identifier) @container (template_type name: (_) @container)]
    name: [(identifier) (destructor_name) (operator_name) (template_function)] @name))
  (function_declarator declarator: (qualified_identifier scope: (_) @container name: (qualified_identifier
    scope: [(namespace_identifier) @container (template_type name: (_) @container)]
    name: [(identifier) (destructor_name) (operator_name) (template_function)] @name)))
  (_ (function_declarator declarator: (qualified_identifier
    scope: [(namespace_identifier) @container (template_type name: (_) @container)]
    name: [(identifier) (operator_name) (template_function)] @name)))
  (_ (function_declarator declarator: (qualified_identifier scope: (_) @container name: (qualified_identifier
    scope: [(namespace_identifier) @container (template_type name: (_) @container)]
    name: [(identifier) (operator_name) (template_function)] @name))))
] body: (_)? @body) @definition.method
(field_declaration declarator: [
  (function_declarator declarator: [(field_identifier) (operator_name)] @name)
  (_ (function_declarator declarator: [(field_identifier) (operator_name)] @name))]) @definition.method
(declaration declarator: (function_declarator declarator: (destructor_name) @name)) @definition.method
(declaration declarator: (reference_declarator (function_declarator declarator: (identifier) @name))) @definition.function
(init_declarator declarator: (identifier) @name value: (lambda_expression body: (_) @body) @value) @definition.function
(template_declaration (_) @wrapped) @wrapper

;; values
(alias_declaration name: (_) @name) @definition.type
(declaration declarator: [
  (reference_declarator (identifier) @name)
  (init_declarator declarator: (reference_declarator (identifier) @name))]) @definition.variable
(field_declaration declarator: (reference_declarator (field_identifier) @name)) @definition.field

;; references
(namespace_identifier) @reference
(qualified_identifier scope: (_) @receiver name: [(identifier) (type_identifier)] @reference)
(class_specifier name: (_) @declared body: (_))
(namespace_definition name: (_) @declared)
(alias_declaration name: (_) @declared)
(concept_definition name: (_) @declared)
(optional_parameter_declaration declarator: (identifier) @declared)
(reference_declarator (identifier) @declared)
(structured_binding_declarator (identifier) @declared)
(for_range_loop declarator: (identifier) @declared)
(type_parameter_declaration (type_identifier) @declared)

;; outline
(lambda_expression body: (_) @elided)
(namespace_definition) @opened

;; regions
(raw_string_literal) @string
