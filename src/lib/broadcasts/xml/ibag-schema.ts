import { integers, oneOf } from './schema-words.ts';

const eventCodes =
  'CDW|CEM|EVI|HMW|LEW|LAE|NUW|RHW|SPW|AVW|BZW|CAE|CFW|DSW|EQW|FRW|FFW|FLW|HWW|HUW|SVR|SMW|TOR|TRW|TSW|VOW|WSW|RMT';
const categories = 'Geo|Met|Safety|Security|Rescue|Fire|Health|Env|Transport|Infra|CBRNE|Other';
const messageTypes =
  'Alert|Update|Cancel|Ack|Error|RMT|Link Test|Transmission Control - Cease|Transmission Control - Resume|Report|EMS';
const languages = 'English|Spanish|French|Dutch|Chinese|Korean|Thai|Mongolian|Khmer|Welsh';
const statusReportCounts =
  'IBAG_cell_count|IBAG_cell_broadcast_info_count|IBAG_cell_broadcast_percentage|IBAG_cell_nobroadcast_percentage|' +
  'IBAG_cell_broadcast_info_unknown_percentage|IBAG_cell_broadcast_info_unavailable_percentage|IBAG_broadcast_count';
const repetition =
  'IBAG_gsm_repetition_period|IBAG_umts_repetition_period|IBAG_lte_repetition_period|IBAG_broadcast_count';

/**
 * The schema that IBAG documents are checked with, written from the tables of the broadcasts sheet (§9). Order matters
 * in it as it does in IBAG.
 */
export const ibagSchema = `<?xml version="1.0"?>
<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns="ibag:1.0" targetNamespace="ibag:1.0"
    elementFormDefault="qualified">

  <xs:element name="IBAG_Alert_Attributes">
    <xs:complexType>
      <xs:sequence>
        <xs:element name="IBAG_protocol_version" type="xs:string"/>
        <xs:element name="IBAG_sending_gateway_id" type="xs:anyURI"/>
        <xs:element name="IBAG_message_number" type="MessageNumber"/>
        <xs:element name="IBAG_referenced_message_number" type="MessageNumber" minOccurs="0"/>
        <xs:element name="IBAG_referenced_message_cap_identifier" type="xs:string" minOccurs="0"/>
        <xs:element name="IBAG_sender" type="xs:string" minOccurs="0"/>
        <xs:element name="IBAG_sent_date_time" type="xs:dateTime"/>
        <xs:element name="IBAG_status">${oneOf('Actual|System|Network Test')}</xs:element>
        <xs:element name="IBAG_message_type">${oneOf(messageTypes)}</xs:element>
        <xs:element name="IBAG_status_report" type="StatusReport" minOccurs="0" maxOccurs="2"/>
        <xs:element name="IBAG_response_code" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="IBAG_note" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
        <xs:element name="IBAG_cap_alert_uri" type="xs:anyURI" minOccurs="0"/>
        <xs:element name="IBAG_cap_identifier" type="xs:string" minOccurs="0"/>
        <xs:element name="IBAG_cap_sent_date_time" type="xs:dateTime" minOccurs="0"/>
        <xs:element name="IBAG_alert_info" type="AlertInfo" minOccurs="0"/>
        <xs:element name="IBAG_Digital_Signature" minOccurs="0">
          <xs:complexType>
            <xs:sequence>
              <xs:any minOccurs="0" maxOccurs="unbounded" processContents="lax"/>
            </xs:sequence>
          </xs:complexType>
        </xs:element>
      </xs:sequence>
    </xs:complexType>
  </xs:element>

  <xs:complexType name="StatusReport">
    <xs:sequence>
      <xs:element name="IBAG_network_type">${oneOf('GSM|UMTS|LTE')}</xs:element>
      ${integers(statusReportCounts)}
    </xs:sequence>
  </xs:complexType>

  <xs:complexType name="AlertInfo">
    <xs:sequence>
      <xs:element name="IBAG_priority" minOccurs="0">${oneOf('High Priority|Normal|Background')}</xs:element>
      <xs:element name="IBAG_category">${oneOf(categories)}</xs:element>
      <xs:element name="IBAG_event_code">${oneOf(eventCodes)}</xs:element>
      <xs:element name="IBAG_response_type" minOccurs="0">
        ${oneOf('Shelter|Evacuate|Prepare|Execute|Monitor|Avoid|Assess|None')}
      </xs:element>
      <xs:element name="IBAG_severity">${oneOf('Extreme|Severe')}</xs:element>
      <xs:element name="IBAG_urgency">${oneOf('Immediate|Expected')}</xs:element>
      <xs:element name="IBAG_certainty">${oneOf('Observed|Likely')}</xs:element>
      <xs:element name="IBAG_expires_date_time" type="xs:dateTime" minOccurs="0"/>
      <xs:element name="IBAG_sender_name" type="xs:string" minOccurs="0"/>
      <xs:element name="IBAG_text_language" minOccurs="0">${oneOf(languages)}</xs:element>
      <xs:element name="IBAG_text_alert_message_length" type="xs:integer" minOccurs="0"/>
      <xs:element name="IBAG_text_alert_message" type="xs:string" minOccurs="0"/>
      <xs:element name="IBAG_channel_category" type="xs:string"/>
      ${integers(repetition, 0)}
      <xs:element name="IBAG_coordinate_system" minOccurs="0">${oneOf('WGS-84|UTM|NAD-27|NAD-83')}</xs:element>
      ${integers('IBAG_etwsExtension', 0)}
      <xs:element name="IBAG_Alert_Area" type="AlertArea" minOccurs="0" maxOccurs="unbounded"/>
    </xs:sequence>
  </xs:complexType>

  <xs:complexType name="AlertArea">
    <xs:sequence>
      <xs:element name="IBAG_area_description" type="xs:string"/>
      <xs:element name="IBAG_utm_zone" type="xs:string" minOccurs="0"/>
      <xs:element name="IBAG_polygon" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="IBAG_circle" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="IBAG_geocode" type="xs:string" minOccurs="0" maxOccurs="unbounded"/>
      <xs:element name="IBAG_cell_list" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="IBAG_network_type">${oneOf('GSM|UMTS')}</xs:element>
            <xs:element name="IBAG_network_element_identifier" type="xs:string"/>
            <xs:element name="IBAG_region_identifier" type="xs:string"/>
            <xs:element name="IBAG_mobile_country_code" type="xs:string"/>
            <xs:element name="IBAG_mobile_network_code" type="xs:string"/>
            <xs:element name="IBAG_cell_identifier" type="xs:string" maxOccurs="unbounded"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
      <xs:element name="IBAG_lte_cell_list" minOccurs="0" maxOccurs="unbounded">
        <xs:complexType>
          <xs:sequence>
            <xs:element name="IBAG_enb_identifier" type="xs:string"/>
            <xs:element name="IBAG_mobile_country_code" type="xs:string"/>
            <xs:element name="IBAG_mobile_network_code" type="xs:string"/>
            <xs:element name="IBAG_cell_identifier" type="xs:string" maxOccurs="unbounded"/>
          </xs:sequence>
        </xs:complexType>
      </xs:element>
    </xs:sequence>
  </xs:complexType>

  <xs:simpleType name="MessageNumber">
    <xs:restriction base="xs:hexBinary">
      <xs:length value="4"/>
    </xs:restriction>
  </xs:simpleType>
</xs:schema>
`;
