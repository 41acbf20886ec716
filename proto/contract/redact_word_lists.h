#ifndef EARSHOT_PROTO_CONTRACT_REDACT_WORD_LISTS_H_
#define EARSHOT_PROTO_CONTRACT_REDACT_WORD_LISTS_H_

#include <cstdint>
#include <string_view>

#include "proto/contract/redact_words.h"

// The lists behind redact_words.cc, which alone includes them: folded words,
// parted by blanks.
namespace earshot::contract::redact {

struct CueWords {
  uint32_t cues;
  std::string_view words;
};

inline constexpr CueWords kCueWords[] = {
    {kPhoneCue,
     "call calling called caller callback phone phoned telephone tel tele ring "
     "rang text texted texting mobile cell cellphone landline reach reached "
     "whatsapp sms fax dial dialed dialled ph hotline voicemail handset "
     "llama llamar llamen llame llamo llamada llamadas llamado llamarle "
     "llamarla llamarlo llamarme llamenle llamenla llamenlo llamadme llameme "
     "telefono telefonico telefonear movil celular cel marcar marque contactar "
     "contactarle contactarla contactarlo localizar localizarle localizarla "
     "appel appeler appelez appelle appelee appelles rappel rappeler rappelez "
     "rappelle telephoner telephonez portable fixe joindre joignable joignez "
     "contacter contactez tlf tlfno telf tfno contact contacted cellulaire "
     "numerotel guasap wasap textos"},
    {kSsnCue,
     "ssn ssns social sociale itin tin nss nir nino socials secu insee ss "
     "taxpayer snn"},
    {kSsnCue | kNationalIdCue, "dni nie nif curp sin"},
    {kPolicyCue,
     "policy policies pol poliza polizas contrat contrats contrato "
     "policynumber "
     "policyno polizza plcy"},
    {kAccountCue,
     "account accounts acct accts acc cuenta cuentas cta ctas compte comptes "
     "accountnumber accountno acctno acnt savings checking chequing "
     "routing sortcode clabe rib ccc iban loan prestamo pret"},
    {kCardCue,
     "card cards visa mastercard amex maestro discover diners jcb tarjeta "
     "tarjetas carte cartes cb pan debit credit debito credito unionpay "
     "cvv cvc cardnumber"},
    {kMailCue,
     "email emails mail mails correo courriel mel emailed address direccion "
     "adresse inbox gmail mailed emailing"},
    {kIbanCue, "iban ibans swift bic"},
    {kHarmlessCue,
     "order orders sku skus item items part parts model serial ticket tickets "
     "ref reference references case cases claim claims invoice invoices po "
     "tracking parcel shipment version build batch lot code codes error pedido "
     "pedidos factura facturas siniestro siniestros referencia caso albaran "
     "envio seguimiento commande commandes facture factures sinistre sinistres "
     "colis suivi dossier modele modelo serie receipt receipts transaction "
     "confirmation rma voucher coupon product products quote quotes job "
     "waybill consignment pallet container manifest articulo producto "
     "article produit expediente incidencia incident bon recibo ticketnumber "
     "release firmware patch pick picking bin page pages store aisle lane "
     "register till terminal device asset stock locker trailer truck van "
     "route load bol mrn bug jira crm log timestamp epoch id_order lote "
     "pedimento lieferung vin plate claimno folio cita ean8 tienda pasillo "
     "magasin caisse caja camion tournee ruta zip postcode postal zipcode "
     "barcode catalog catalogue style colour color size sizes "
     "revision rev ip port coordinates lat latitude longitude lon meter "
     "contador compteur extension ext extn poste anexo interno"},
    {kHarmlessCue | kBarcodeCue,
     "ean upc gtin imei isbn iccid issn ean13 upca"},
    {kNumberCue,
     "number numbers no num nbr nr nro numero numeros id nos digits reads "
     "identifier identificador identifiant"},
    {kUnitCue,
     "times time times days day weeks week months month years year yrs hours "
     "hour hrs hr h minutes minute mins min seconds secs sec am pm miles mile "
     "km kms m metres meters kg kgs g lb lbs oz dollars dollar bucks usd eur "
     "gbp euros euro pounds pound cents percent pct calls callers customers "
     "people members points units pcs pieces pallets boxes cases bags items "
     "complaints visits veces dias dia semanas meses anos horas hora minutos "
     "segundos llamadas clientes personas puntos unidades fois jours jour "
     "semaines mois ans heures heure secondes appels clients personnes unites "
     "kilos kilometres kilometros mb gb kb rows lines orders parcels stores "
     "million thousand hundred millones mille policyholders claims accounts "
     "policies cuentas polizas comptes contrats"},
    {kAtWord, "at chez"},
    {kArrobaWord, "arroba arrobas arobase arobas arrobase atsign commercial"},
    {kDotWord, "dot punto"},
    {kPointWord, "point period pt"},
    {kCertificateCue,
     "certificate certificado certificat contract policyholder insurance "
     "seguro assurance coverage"},
    {kMemberCue,
     "member membership customer client cliente clienta socio adherent abonne "
     "assure asegurado"},
    {kDashWord, "dash hyphen guion tiret minus menos trait"},
    {kUnderscoreWord, "underscore underbar"},
    {kPlusWord, "plus mas"},
    {kSpaceWord, "space espacio espace blank"},
    {kSlashWord, "slash barra stroke"},
    {kFillerWord,
     "then and y et luego puis ensuite despues um uh er erm eh euh again comma "
     "coma virgule next followed by con avec entonces pause pausa after that "
     "alors e ensuite"},
    {kNeverLocalPart,
     "look looking looked shop shopping order ordering buy buying bought "
     "available is are was were be find found us back it them sale price "
     "prices priced login visit check checked only online one here listed list "
     "live hosted free page site website see seen sign signed signup works "
     "working work works start started stuck open opened book booked booking "
     "register registered stop arrive arrived stay get got better cheaper more "
     "out in up down and or the pay paid advertised posted post shown things "
     "everything all offer offers deals help support cost costs sold sells "
     "sell someone somebody anyone people him her me you"},
    {kLinkWord,
     "is was are were be s re es era est etait the a an her his my their your "
     "our its it la el su sus mi tu le les ma sa son votre notre leur de del "
     "du for on of as this that one that which reads being i think believe "
     "called um uh er which gave read out says said con que c ce"},
    {kAmbiguousNumber, "once sept one un una une o oh uno nil"},
    {kEndingCue,
     "ending ends ended finishing finishes last final terminada termina "
     "terminado acabada "
     "ultimos ultimas derniers dernieres finissant finit first "
     "primeros premiers"},
};

struct NumberEntry {
  std::string_view words;  // all of the same value, apart by blanks
  NumberWord kind;
  uint8_t languages;
  uint16_t value;
};

inline constexpr uint8_t kEn = kEnglish;
inline constexpr uint8_t kEs = kSpanish;
inline constexpr uint8_t kFr = kFrench;

inline constexpr NumberEntry kNumbers[] = {
    {"zero", NumberWord::kUnit, kEn | kFr, 0},
    {"oh o nought naught nil null aught", NumberWord::kUnit, kEn, 0},
    {"one", NumberWord::kUnit, kEn, 1},
    {"two", NumberWord::kUnit, kEn, 2},
    {"three", NumberWord::kUnit, kEn, 3},
    {"four fower", NumberWord::kUnit, kEn, 4},
    {"five fife", NumberWord::kUnit, kEn, 5},
    {"six", NumberWord::kUnit, kEn | kFr, 6},
    {"seven", NumberWord::kUnit, kEn, 7},
    {"eight", NumberWord::kUnit, kEn, 8},
    {"nine niner", NumberWord::kUnit, kEn, 9},
    {"ten", NumberWord::kTeen, kEn, 10},
    {"eleven", NumberWord::kTeen, kEn, 11},
    {"twelve", NumberWord::kTeen, kEn, 12},
    {"thirteen", NumberWord::kTeen, kEn, 13},
    {"fourteen", NumberWord::kTeen, kEn, 14},
    {"fifteen", NumberWord::kTeen, kEn, 15},
    {"sixteen", NumberWord::kTeen, kEn, 16},
    {"seventeen", NumberWord::kTeen, kEn, 17},
    {"eighteen", NumberWord::kTeen, kEn, 18},
    {"nineteen", NumberWord::kTeen, kEn, 19},
    {"twenty", NumberWord::kTen, kEn, 20},
    {"thirty", NumberWord::kTen, kEn, 30},
    {"forty fourty", NumberWord::kTen, kEn, 40},
    {"fifty", NumberWord::kTen, kEn, 50},
    {"sixty", NumberWord::kTen, kEn, 60},
    {"seventy", NumberWord::kTen, kEn, 70},
    {"eighty", NumberWord::kTen, kEn, 80},
    {"ninety ninty", NumberWord::kTen, kEn, 90},
    {"hundred", NumberWord::kHundred, kEn, 100},
    {"thousand", NumberWord::kThousand, kEn, 1000},
    {"double", NumberWord::kRepeat, kEn | kFr, 2},
    {"doble", NumberWord::kRepeat, kEs, 2},
    {"triple treble", NumberWord::kRepeat, kEn | kEs | kFr, 3},
    {"quadruple quad", NumberWord::kRepeat, kEn | kFr, 4},
    {"zeros zeroes ohs", NumberWord::kPlural, kEn, 0},
    {"ones", NumberWord::kPlural, kEn, 1},
    {"twos", NumberWord::kPlural, kEn, 2},
    {"threes", NumberWord::kPlural, kEn, 3},
    {"fours", NumberWord::kPlural, kEn, 4},
    {"fives", NumberWord::kPlural, kEn, 5},
    {"sixes", NumberWord::kPlural, kEn, 6},
    {"sevens", NumberWord::kPlural, kEn, 7},
    {"eights", NumberWord::kPlural, kEn, 8},
    {"nines", NumberWord::kPlural, kEn, 9},
    {"cero", NumberWord::kUnit, kEs, 0},
    {"uno un una", NumberWord::kUnit, kEs | kFr, 1},
    {"dos", NumberWord::kUnit, kEs, 2},
    {"tres", NumberWord::kUnit, kEs, 3},
    {"cuatro", NumberWord::kUnit, kEs, 4},
    {"cinco", NumberWord::kUnit, kEs, 5},
    {"seis", NumberWord::kUnit, kEs, 6},
    {"siete", NumberWord::kUnit, kEs, 7},
    {"ocho", NumberWord::kUnit, kEs, 8},
    {"nueve", NumberWord::kUnit, kEs, 9},
    {"diez", NumberWord::kTeen, kEs, 10},
    {"once", NumberWord::kTeen, kEs, 11},
    {"doce", NumberWord::kTeen, kEs, 12},
    {"trece", NumberWord::kTeen, kEs, 13},
    {"catorce", NumberWord::kTeen, kEs, 14},
    {"quince", NumberWord::kTeen, kEs, 15},
    {"dieciseis", NumberWord::kTeen, kEs, 16},
    {"diecisiete", NumberWord::kTeen, kEs, 17},
    {"dieciocho", NumberWord::kTeen, kEs, 18},
    {"diecinueve", NumberWord::kTeen, kEs, 19},
    {"veintiuno veintiun veintiuna", NumberWord::kTeen, kEs, 21},
    {"veintidos", NumberWord::kTeen, kEs, 22},
    {"veintitres", NumberWord::kTeen, kEs, 23},
    {"veinticuatro", NumberWord::kTeen, kEs, 24},
    {"veinticinco", NumberWord::kTeen, kEs, 25},
    {"veintiseis", NumberWord::kTeen, kEs, 26},
    {"veintisiete", NumberWord::kTeen, kEs, 27},
    {"veintiocho", NumberWord::kTeen, kEs, 28},
    {"veintinueve", NumberWord::kTeen, kEs, 29},
    {"veinte", NumberWord::kTen, kEs, 20},
    {"treinta", NumberWord::kTen, kEs, 30},
    {"cuarenta", NumberWord::kTen, kEs, 40},
    {"cincuenta", NumberWord::kTen, kEs, 50},
    {"sesenta", NumberWord::kTen, kEs, 60},
    {"setenta", NumberWord::kTen, kEs, 70},
    {"ochenta", NumberWord::kTen, kEs, 80},
    {"noventa", NumberWord::kTen, kEs, 90},
    {"cien ciento", NumberWord::kHundreds, kEs, 100},
    {"doscientos doscientas", NumberWord::kHundreds, kEs, 200},
    {"trescientos trescientas", NumberWord::kHundreds, kEs, 300},
    {"cuatrocientos cuatrocientas", NumberWord::kHundreds, kEs, 400},
    {"quinientos quinientas", NumberWord::kHundreds, kEs, 500},
    {"seiscientos seiscientas", NumberWord::kHundreds, kEs, 600},
    {"setecientos setecientas", NumberWord::kHundreds, kEs, 700},
    {"ochocientos ochocientas", NumberWord::kHundreds, kEs, 800},
    {"novecientos novecientas", NumberWord::kHundreds, kEs, 900},
    {"mil", NumberWord::kThousand, kEs, 1000},
    {"une", NumberWord::kUnit, kFr, 1},
    {"deux", NumberWord::kUnit, kFr, 2},
    {"trois", NumberWord::kUnit, kFr, 3},
    {"quatre", NumberWord::kUnit, kFr, 4},
    {"cinq", NumberWord::kUnit, kFr, 5},
    {"sept", NumberWord::kUnit, kFr, 7},
    {"huit", NumberWord::kUnit, kFr, 8},
    {"neuf", NumberWord::kUnit, kFr, 9},
    {"dix", NumberWord::kTeen, kFr, 10},
    {"onze", NumberWord::kTeen, kFr, 11},
    {"douze", NumberWord::kTeen, kFr, 12},
    {"treize", NumberWord::kTeen, kFr, 13},
    {"quatorze", NumberWord::kTeen, kFr, 14},
    {"quinze", NumberWord::kTeen, kFr, 15},
    {"seize", NumberWord::kTeen, kFr, 16},
    {"vingt vingts", NumberWord::kTen, kFr, 20},
    {"trente", NumberWord::kTen, kFr, 30},
    {"quarante", NumberWord::kTen, kFr, 40},
    {"cinquante", NumberWord::kTen, kFr, 50},
    {"soixante", NumberWord::kTen, kFr, 60},
    {"septante", NumberWord::kTen, kFr, 70},
    {"huitante octante", NumberWord::kTen, kFr, 80},
    {"nonante", NumberWord::kTen, kFr, 90},
    {"cent cents", NumberWord::kHundred, kFr, 100},
    {"mille", NumberWord::kThousand, kFr, 1000},
};

inline constexpr std::string_view kTopLevels =
    "com net org edu gov mil info biz io co uk es fr de it pt nl be ch at ie "
    "eu us ca mx ar cl pe br au nz in jp cn ru pl se no dk fi cz gr ro hu lu "
    "me tv app dev ai xyz online shop store site tech test example invalid "
    "local cat eus gal int pro name coop email mail cloud live insure "
    "insurance bank finance group company agency";

}  // namespace earshot::contract::redact

#endif  // EARSHOT_PROTO_CONTRACT_REDACT_WORD_LISTS_H_
